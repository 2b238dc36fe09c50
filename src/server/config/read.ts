import { isDeepStrictEqual } from 'node:util';
import { aliases } from './aliases.ts';
import { given, type Environment, type Given } from './environment.ts';
import { Complaint, isPlaceholder } from './parse.ts';
import { settings, type Basis, type Setting } from './settings.ts';
import type { SettingName, Values } from './values.ts';

/** A value that has been read. */
export interface Found<T = unknown> {
  value: NonNullable<T>;
  /** For people, without secrets. */
  shown: string;
  /** Which variable, line or default it comes from. */
  source: string;
}

/** Where settings are read from, and where problems are noted. */
export interface Reading {
  environment: Environment;
  file: ReadonlyMap<SettingName, Given>;
  cwd: string;
  basis: Basis;
  problems: string[];
}

/** The value of one setting; undefined if it has none or gives cause for complaint. */
export function readSetting<K extends SettingName>(name: K, reading: Reading): Found<Values[K]> | undefined {
  const setting: Setting<Values[K]> = settings[name];
  const own = given(reading.environment, setting.env);
  if (own !== undefined) return parse(setting, own.origin, own.raw, reading);

  const [first, ...more] = readAliases(name, setting, reading);
  const contrary = more.find((one) => !isDeepStrictEqual(one.value, first?.value));
  if (first !== undefined && contrary !== undefined) {
    reading.problems.push(
      `${first.source} and ${contrary.source} say different things about ${name}: remove one, or set ${setting.env}.`,
    );
  }
  if (first !== undefined) return first;

  const line = reading.file.get(name);
  if (line !== undefined) return parse(setting, line.origin, line.raw, reading);
  const initial = setting.initial?.(reading.basis);
  if (initial === undefined) return undefined;
  const origin = initial.why === undefined ? 'default' : `default: ${initial.why}`;
  return parse(setting, origin, initial.raw, reading);
}

function readAliases<T>(name: SettingName, setting: Setting<T>, reading: Reading): Found<T>[] {
  const valueOf = (variable: string) => given(reading.environment, variable)?.raw;
  return Object.entries(aliases).flatMap(([variable, { setting: target, translate = asIs }]) => {
    const other = target === name ? given(reading.environment, variable) : undefined;
    if (other === undefined) return [];
    const raw = attempt(other.origin, reading, () => translate(other.raw, valueOf));
    const found = raw === undefined ? undefined : parse(setting, other.origin, raw, reading);
    return found === undefined ? [] : [found];
  });
}

function asIs(raw: string): string {
  return raw;
}

function parse<T>(setting: Setting<T>, origin: string, raw: string, reading: Reading): Found<T> | undefined {
  const value = attempt(origin, reading, () => {
    if (setting.secret && isPlaceholder(raw)) {
      throw new Complaint('still has the placeholder of a sample: put a real secret there.');
    }
    return setting.parse(raw, reading.cwd);
  });
  if (value === undefined) return undefined;
  return { value, shown: setting.secret ? '***' : (setting.show ?? String)(value), source: origin };
}

/** Undefined, and a problem noted, if the value gives cause for complaint. */
function attempt<T>(origin: string, { problems }: Reading, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    problems.push(`${origin} ${error.message}`);
    return undefined;
  }
}
