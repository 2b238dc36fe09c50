import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type * as Yaml from 'yaml';
import { errnoOf, nearest } from '../../kernel/index.ts';
import { sections } from './aliases.ts';
import type { Given } from './environment.ts';
import { isSettingName, settingNames } from './settings.ts';
import type { RegistriesSection } from './registries.ts';
import type { SettingName } from './values.ts';

/** What a settings file says. */
export interface SettingsFile {
  settings: ReadonlyMap<SettingName, Given>;
  registries: RegistriesSection | undefined;
}

/**
 * The settings of a YAML file. `named` is the file that the operator asked for and so must be there; without it
 * `kontor.yaml` in `cwd` is read if it exists.
 */
export function readSettingsFile(named: string | undefined, cwd: string, problems: string[]): SettingsFile {
  const file = named ?? 'kontor.yaml';
  try {
    return parseSettings(readFileSync(resolve(cwd, file), 'utf8'), file, problems);
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    if (code !== 'ENOENT' || named !== undefined) {
      problems.push(`The settings file ${file} cannot be read (${code}): check its name and rights.`);
    }
    return { settings: new Map(), registries: undefined };
  }
}

function parseSettings(yaml: string, file: string, problems: string[]): SettingsFile {
  const found = new Map<SettingName, Given>();
  let registries: RegistriesSection | undefined;
  for (const [key, value] of inSections(parseYaml(yaml, file, problems))) {
    const name = sections[key] ?? key;
    if (key === 'registries') {
      if (value !== null && value !== '') registries = { file, value: toPlain(value) };
    } else if (!isSettingName(name)) {
      const meant = nearest(key, [...settingNames, ...Object.keys(sections), 'registries']);
      const advice = meant === undefined ? 'remove it' : `did you mean ${meant}?`;
      problems.push(`${key} in ${file} is not a setting: ${advice}${advice.endsWith('?') ? '' : '.'}`);
    } else if (found.has(name)) {
      problems.push(`${key} and ${name} in ${file} are the same setting: leave one out.`);
    } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      if (value !== '') found.set(name, { raw: String(value), origin: `${key} in ${file}` });
    } else if (value !== null) {
      problems.push(`${key} in ${file} is a list or a map: write one value.`);
    }
  }
  return { settings: found, registries };
}

/** Maps as objects, whose keys are texts. */
function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => toPlain(each));
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, inner]) => [String(key), toPlain(inner)]));
}

/** `audit: { enabled: true }` as `audit.enabled: true`, where there is such a section. */
function* inSections(settings: ReadonlyMap<unknown, unknown>): Generator<[string, unknown]> {
  for (const [key, value] of settings) {
    const section = `${String(key)}.`;
    if (value instanceof Map && Object.keys(sections).some((name) => name.startsWith(section))) {
      for (const [name, inner] of value) yield [section + String(name), inner];
    } else yield [String(key), value];
  }
}

/** The pairs of the top-level map. The parser's own words are not passed on: they may quote a secret. */
function parseYaml(yaml: string, file: string, problems: string[]): ReadonlyMap<unknown, unknown> {
  // Most servers have no such file, and start without the library.
  const { LineCounter, parseDocument } = createRequire(import.meta.url)('yaml') as typeof Yaml;
  const lineCounter = new LineCounter();
  const document = parseDocument(yaml, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    problems.push(
      `${file}, line ${line}, column ${col}, is not YAML (${error.code}): write "name: value" lines.`,
    );
    return new Map();
  }
  const content: unknown = toMaps(document);
  if (content instanceof Map) return content;
  if (content !== null) problems.push(`${file} is not a map of settings: write "name: value" lines.`);
  return new Map();
}

function toMaps(document: Pick<Yaml.Document, 'toJS'>): unknown {
  try {
    return document.toJS({ mapAsMap: true });
  } catch {
    // An alias without its anchor, or so many that the library refuses to expand them.
    return undefined;
  }
}
