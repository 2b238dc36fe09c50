import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../../kernel/light/index.ts';
import { isTable, parseTomlFile } from '../../formats/vais/light/index.ts';
import { applyChanges, type Change } from './toml/change.ts';
import { DependencyTable } from './toml/dependencies.ts';

/** What a dependency is to say; of the two at least one. */
export interface WantedDependency {
  requirement?: string | undefined;
  /** Relative to the manifest, with `/`. */
  path?: string | undefined;
}

const TABLES = { normal: ['dependencies'], dev: ['dev-dependencies', 'dev_dependencies'] } as const;

/**
 * The manifest with a dependency, new or changed: its version and path are those that are wanted, its other fields stay, and so does every
 * other line of the text, byte for byte. Fault `manifest_invalid` where the text is none, or is written as nobody can edit it.
 */
export function withDependency(
  text: string,
  name: string,
  { requirement, path }: WantedDependency,
  { dev = false }: { dev?: boolean } = {},
): string {
  const fields = { version: requirement, path };
  const table = placeOf(text, dev ? TABLES.dev : TABLES.normal, name);
  const changed = applyChanges(text, new DependencyTable(text, table).set(name, fields));
  return proven(text, changed, name, (tables) => {
    const { version: _version, path: _path, ...others } = fieldsOf(tables[table]?.[name]);
    const said = Object.entries(fields).filter(([, value]) => value !== undefined);
    tables[table] = { ...tables[table], [name]: { ...others, ...Object.fromEntries(said) } };
  });
}

/** The manifest without a dependency, wherever it stands; undefined if it stands nowhere. Faults as above. */
export function withoutDependency(text: string, name: string): string | undefined {
  const tables = Object.values(TABLES).flat();
  const changes: Change[] = tables.flatMap((table) => new DependencyTable(text, table).remove(name));
  if (changes.length === 0) return undefined;
  return proven(text, applyChanges(text, changes), name, (document) => {
    for (const table of tables) if (document[table] !== undefined) delete document[table][name];
  });
}

/** The table that has it, else one that is there, else the first. */
function placeOf(text: string, tables: readonly string[], name: string): string {
  const found = tables.map((table) => ({ table, lines: new DependencyTable(text, table) }));
  const place =
    found.find(({ lines }) => lines.has(name)) ?? found.find(({ lines }) => lines.exists) ?? found[0];
  return place?.table ?? 'dependencies';
}

type Tables = Record<string, Record<string, unknown> | undefined>;

/** Reads both again: nothing but what was wanted may have changed. */
function proven(before: string, after: string, name: string, change: (tables: Tables) => void): string {
  const wanted = plain(read(before)) as Tables;
  change(wanted);
  let got: unknown;
  try {
    got = plain(read(after));
  } catch {
    got = undefined;
  }
  if (got !== undefined && isDeepStrictEqual(comparable(got as Tables), comparable(wanted))) return after;
  throw new Fault(
    'manifest_invalid',
    `vais.toml says "${name}" in a way that is not edited here; change it by hand, or write it as ${name} = "1.0.0" first.`,
  );
}

/** `"1"` is as good as `{ version = "1" }`, and a table that has become empty may be gone. */
function comparable(document: Tables): Tables {
  const whole = { ...document };
  for (const table of Object.values(TABLES).flat()) {
    const entries = Object.entries(isTable(whole[table]) ? whole[table] : {});
    delete whole[table];
    if (entries.length === 0) continue;
    whole[table] = Object.fromEntries(entries.map(([name, value]) => [name, fieldsOf(value)]));
  }
  return whole;
}

function fieldsOf(dependency: unknown): Record<string, unknown> {
  return isTable(dependency) ? { ...dependency } : dependency === undefined ? {} : { version: dependency };
}

function read(text: string): unknown {
  return parseTomlFile(text, { file: 'vais.toml', longest: Infinity });
}

/** With the prototypes of ordinary objects, for comparing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
