import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../../kernel/light/index.ts';
import { isTable, parseTomlFile } from '../../formats/vais/light/index.ts';
import { applyChanges, type Change } from './toml/change.ts';
import { DependencyTable } from './toml/dependencies.ts';
import type { Fields } from './toml/inline.ts';
import type { TomlValue } from './toml/values.ts';

/** What a dependency is to say; of the two at least one. */
export interface WantedDependency {
  requirement?: string | undefined;
  /** Relative to the manifest, with `/`. */
  path?: string | undefined;
}

const TABLES = { normal: ['dependencies'], dev: ['dev-dependencies', 'dev_dependencies'] } as const;

/**
 * The manifest with a dependency, new or changed: its version and path are those that are wanted, its other fields stay, and so does every
 * other line of the text, byte for byte. One of the other kind is moved: in both, it would have to meet two requirements. Fault
 * `manifest_invalid` where the text is none, or is written as nobody can edit it.
 */
export function withDependency(
  text: string,
  name: string,
  { requirement, path }: WantedDependency,
  { dev = false }: { dev?: boolean } = {},
): string {
  const [wanted, other] = dev ? [TABLES.dev, TABLES.normal] : [TABLES.normal, TABLES.dev];
  const tables = read(text);
  const entries = (names: readonly string[]) => names.flatMap((table) => entryOf(tables, table, name));
  const moved = entries(wanted).length === 0 ? entries(other)[0] : undefined;
  const fields = { version: requirement, path, ...movable(moved, name) };
  // Taken away after, so that its line ends are known while lines are added.
  const added = withFields(text, placeOf(text, wanted, name), name, fields);
  return without(added, other, name) ?? added;
}

function withFields(text: string, table: string, name: string, fields: Fields): string {
  const changed = applyChanges(text, new DependencyTable(text, table).set(name, fields));
  return proven(text, changed, name, (tables) => {
    const { version: _version, path: _path, ...others } = fieldsOf(tables[table]?.[name]);
    const said = Object.entries(fields).filter(([, value]) => value !== undefined);
    tables[table] = { ...tables[table], [name]: { ...others, ...Object.fromEntries(said) } };
  });
}

/** What a table says of a dependency, if it does; it may be called `constructor`. */
function entryOf(document: unknown, table: string, name: string): unknown[] {
  const entries = isTable(document) && Object.hasOwn(document, table) ? document[table] : undefined;
  return isTable(entries) && Object.hasOwn(entries, name) ? [entries[name]] : [];
}

/** What a dependency says but for version and path, to be written elsewhere. */
function movable(dependency: unknown, name: string): Record<string, TomlValue> {
  const { version: _version, path: _path, ...others } = fieldsOf(dependency);
  const said: Record<string, TomlValue> = {};
  for (const [key, value] of Object.entries(others)) {
    if (!/^[A-Za-z0-9_-]+$/.test(key) || !isTomlValue(value)) throw byHand(name);
    said[key] = value;
  }
  return said;
}

function isTomlValue(value: unknown): value is TomlValue {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string');
  return typeof value === 'string' || typeof value === 'boolean';
}

/** The manifest without a dependency, wherever it stands; undefined if it stands nowhere. Faults as above. */
export function withoutDependency(text: string, name: string): string | undefined {
  return without(text, Object.values(TABLES).flat(), name);
}

function without(text: string, tables: readonly string[], name: string): string | undefined {
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
  throw byHand(name);
}

function byHand(name: string): Fault {
  return new Fault(
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
