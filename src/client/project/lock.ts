import { Fault } from '../../kernel/light/index.ts';
import { isProjectName, isTable, parseTomlFile, strictVersion } from '../../formats/vais/light/index.ts';
import { tomlText } from './toml/values.ts';

export interface LockedPackage {
  name: string;
  version: string;
  /** SHA-256 of the archive, bare lower-case hex; '' for a folder. */
  checksum: string;
  /** `registry`, or `path+../lib` with the folder relative to the lock file's. */
  source: 'registry' | `path+${string}`;
  /** Names, sorted. */
  dependencies: string[];
}

/** What was chosen, by name. */
export type Lock = ReadonlyMap<string, LockedPackage>;

const VERSION = 1;
/** Characters: some fifty thousand packages. */
const LONGEST = 16 * 1024 * 1024;
const REMEDY = 'Restore it, or delete the file, and install again.';
const CHECKSUM = /^[0-9a-f]{64}$/;

/** Reads `vais.lock` (vais.md 3), written by us or by the original. Fault `lock_invalid` that says where, and what to do. */
export function readLock(text: string): Lock {
  const marks = /^(?:<{7}|\|{7}|={7}|>{7})(?: |\r?$)/m.exec(text);
  if (marks !== null) {
    const line = text.slice(0, marks.index).split('\n').length;
    throw lockFault(`has the marks of a merge conflict, at line ${line}`, 'take either side whole');
  }
  const fields = parseTomlFile(text, {
    file: 'vais.lock',
    longest: LONGEST,
    code: 'lock_invalid',
    remedy: REMEDY,
  });
  const { version } = fields;
  if (version !== VERSION) {
    const said =
      typeof version === 'number' || typeof version === 'string' ? `version ${version}` : 'no version';
    throw new Fault(
      'lock_invalid',
      `vais.lock is of ${said}, and this program knows version ${VERSION}: use a newer one, or delete the file and install again.`,
    );
  }
  const packages = fields['packages'] ?? {};
  if (!isTable(packages)) throw lockFault('has no table of packages');
  return new Map(
    Object.entries(packages)
      .toSorted(([one], [other]) => compareText(one, other))
      .map(([name, value]) => [name, readPackage(name, value)]),
  );
}

/** The lock file's text: the same for the same packages, byte for byte, in whichever order they come. */
export function writeLock(lock: Lock): string {
  const tables = [...lock.values()].toSorted((one, other) => compareText(one.name, other.name)).map(tableOf);
  return `version = ${VERSION}\n\n${tables.length === 0 ? '[packages]\n' : tables.join('\n')}`;
}

/** A line for each package that another lock would add, take away or change, sorted by name. */
export function lockChanges(before: Lock, after: Lock): string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted(compareText);
  return names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    if (old === undefined) return now === undefined ? [] : [`${name} ${now.version} is new`];
    if (now === undefined) return [`${name} ${old.version} goes`];
    if (old.version !== now.version) return [`${name} ${old.version} becomes ${now.version}`];
    if (tableOf(old) === tableOf(now)) return [];
    if (old.checksum !== now.checksum) return [`${name} ${now.version} has another checksum`];
    return [
      `${name} ${now.version} has ${old.source === now.source ? 'other dependencies' : 'another source'}`,
    ];
  });
}

/** What `--locked` asks: would the file say something else? No file is as good as none of the packages. */
export function wouldChange(before: Lock | undefined, after: Lock): boolean {
  return before === undefined ? after.size > 0 : writeLock(before) !== writeLock(after);
}

function tableOf({ name, version, checksum, source, dependencies }: LockedPackage): string {
  const names = [...new Set(dependencies)].toSorted(compareText).map(tomlText);
  // As the original lays out its lists.
  const list =
    names.length < 2 ? `[${names.join('')}]` : `[\n${names.map((one) => `    ${one},\n`).join('')}]`;
  const lines = [
    `[packages.${name}]`,
    `version = ${tomlText(version)}`,
    `checksum = ${tomlText(checksum)}`,
    `source = ${tomlText(source)}`,
    `dependencies = ${list}`,
  ];
  return `${lines.join('\n')}\n`;
}

function readPackage(name: string, value: unknown): LockedPackage {
  if (!isProjectName(name))
    throw lockFault(`names ${JSON.stringify(name.slice(0, 80))}, which no package is called`);
  if (!isTable(value)) throw lockFault(`has no table for ${name}`);
  const { version, checksum, source, dependencies = [] } = value;
  if (typeof version !== 'string' || !isVersion(version)) throw lockFault(`has no version of ${name}`);
  if (source !== 'registry' && !isPath(source)) throw lockFault(`does not say where ${name} is from`);
  const digest = typeof checksum === 'string' ? checksum.toLowerCase() : '';
  if (source === 'registry' && !CHECKSUM.test(digest)) throw lockFault(`has no SHA-256 of ${name}`);
  if (
    !Array.isArray(dependencies) ||
    !dependencies.every((one) => typeof one === 'string' && isProjectName(one))
  ) {
    throw lockFault(`has no list of names as the dependencies of ${name}`);
  }
  return { name, version, checksum: source === 'registry' ? digest : '', source, dependencies };
}

function isPath(source: unknown): source is `path+${string}` {
  return typeof source === 'string' && source.startsWith('path+');
}

function isVersion(text: string): boolean {
  try {
    return strictVersion(text) === text;
  } catch {
    return false;
  }
}

function lockFault(what: string, remedy: string = 'restore it'): Fault {
  return new Fault('lock_invalid', `vais.lock ${what}: ${remedy}, or delete the file, and install again.`);
}

/** By units, in every language. */
function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
