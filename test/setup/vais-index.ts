import { parseRequirement, readVersion } from '../../src/kernel/index.ts';

/** A version as the original client keeps it: protocols/vais 2. */
export interface ReadVersion {
  version: string;
  checksum: string;
  dependencies: Record<string, string>;
  yanked: boolean;
}

const texts = ['description', 'homepage', 'repository', 'license'];
const lists = ['authors', 'keywords'];

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`the original client cannot read the index: ${what}`);
}

function fields(value: unknown, allowed: string[], where: string): Record<string, unknown> {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), `${where} is no object`);
  for (const [key, one] of Object.entries(value)) {
    check(allowed.includes(key), `${where} has a member ${key}`);
    check(one !== null, `${where}.${key} is null`);
    const isEmpty = one === '' || one === false || (typeof one === 'object' && Object.keys(one).length === 0);
    check(!isEmpty, `${where}.${key} is empty and there`);
  }
  return value as Record<string, unknown>;
}

function text(value: unknown, where: string): string {
  check(typeof value === 'string', `${where} is no text`);
  return value;
}

/**
 * Reads an index as the original client does, with its traps, and stricter: one bad version anywhere makes all of it unusable. Throws
 * an Error that says what it stumbled over. The packages by name.
 */
export function readIndex(body: string): Map<string, ReadVersion[]> {
  check(Buffer.byteLength(body) <= 10 * 1024 * 1024, 'it is longer than 10 MiB');
  const list: unknown = JSON.parse(body);
  check(Array.isArray(list), 'it is no array');
  const packages = new Map(list.map(readPackage));
  check(packages.size === list.length, 'a name is there twice');
  const names = [...packages.keys()];
  check(names.join() === names.toSorted().join(), 'it is not sorted by name');
  return packages;
}

export function readPackage(value: unknown): [string, ReadVersion[]] {
  const given = fields(value, ['name', 'versions', ...texts, ...lists], 'a package');
  const name = text(given['name'], 'name');
  for (const key of texts) if (key in given) text(given[key], `${name}.${key}`);
  for (const key of lists) {
    const list = given[key] ?? [];
    check(Array.isArray(list), `${name}.${key} is no array`);
    for (const one of list) text(one, `${name}.${key}`);
  }
  const { versions } = given;
  check(Array.isArray(versions), `${name} has no versions`);
  return [name, versions.map((version) => readVersionOf(name, version))];
}

function readVersionOf(name: string, value: unknown): ReadVersion {
  const members = ['version', 'checksum', 'dependencies', 'yanked', 'download_url', 'size'];
  const given = fields(value, members, `a version of ${name}`);
  const { version } = readVersion(text(given['version'], `a version of ${name}`));
  const where = `${name}@${version}`;
  const checksum = text(given['checksum'], `${where}.checksum`);
  check(/^[0-9a-f]{64}$/.test(checksum), `${where} has the checksum ${checksum}`);
  const { size, yanked, download_url: url } = given;
  check(size === undefined || (Number.isSafeInteger(size) && Number(size) >= 0), `${where} has a bad size`);
  check(yanked === undefined || yanked === true, `${where}.yanked is not true`);
  check(url === undefined || URL.canParse(text(url, `${where}.download_url`)), `${where} has a relative URL`);
  const dependencies = Object.entries(given['dependencies'] ?? {}).map(([key, one]) => {
    const dependency = fields(one, ['req', 'features', 'optional', 'target'], `${where} on ${key}`);
    return [key, parseRequirement(text(dependency['req'], `${where} on ${key}`)).text];
  });
  return {
    version,
    checksum,
    dependencies: Object.fromEntries(dependencies) as Record<string, string>,
    yanked: yanked === true,
  };
}
