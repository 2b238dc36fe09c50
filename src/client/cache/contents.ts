import { existsSync } from 'node:fs';
import { readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFault, errnoOf } from '../../kernel/light/index.ts';
import { isPackageName, isPackageVersion, type PackageIndex } from '../registry/index.ts';
import { allIndexCopies } from './index-copies.ts';
import { Layout, type Pinned } from './layout.ts';
import { Temporary } from './temporary.ts';
import { findDifference, readRecord, sha256OfFile, type TreeRecord } from './tree-record.ts';

/** A version in the cache. */
export interface CachedVersion {
  name: string;
  version: string;
  /** Digest of the archive, if it does not lie in the usual place, which is another registry's. */
  other?: string;
  /** Bytes of the archive; undefined if there is none. */
  archive: number | undefined;
  /** Bytes and number of the unpacked files; undefined if it is not unpacked. */
  unpacked: { bytes: number; files: number } | undefined;
}

export interface Finding {
  name: string;
  version: string;
  /** What is wrong, in a few words. */
  problem: string;
}

/** Where the packages are: `~/.vais/registry/cache`. */
export function cacheFolder(home: string): string {
  return new Layout(home).cache;
}

/** Every version in the cache, by name. */
export async function listCache(home: string): Promise<CachedVersion[]> {
  const usual = new Layout(home);
  const others = (await namesIn(usual.others)).filter((name) => DIGEST.test(name));
  const found: CachedVersion[] = [];
  for (const other of [undefined, ...others]) {
    found.push(...(await listIn(other === undefined ? usual : usual.other(other), other)));
  }
  return found.toSorted((one, another) => compareText(one.name, another.name));
}

async function listIn(layout: Layout, other: string | undefined): Promise<CachedVersion[]> {
  const found: CachedVersion[] = [];
  for (const name of (await namesIn(layout.cache)).filter(isPackageName)) {
    const versions = (await namesIn(join(layout.cache, name))).map((file) => file.replace(/\.tar\.gz$/, ''));
    for (const version of [...new Set(versions)].filter(isPackageVersion)) {
      const archive = await stat(layout.archive(name, version)).catch(() => undefined);
      const record = recordOf(layout, name, version);
      found.push({
        name,
        version,
        ...(other !== undefined && { other }),
        archive: archive?.size,
        unpacked: record && {
          bytes: record.files.reduce((sum, [, size]) => sum + size, 0),
          files: record.files.length,
        },
      });
    }
  }
  return found;
}

/**
 * Reads every archive and every unpacked file of the cache, or of `only`, and says which are not what they should be: what they were when
 * they were stored, and what an index on this machine says of them. `onChecked` is told of each that was read.
 */
export async function verifyCache(
  home: string,
  { only, onChecked }: { only?: ReadonlySet<string> | undefined; onChecked?: (name: string) => void } = {},
): Promise<Finding[]> {
  const layout = new Layout(home);
  const indexes = await allIndexCopies(home);
  const findings: Finding[] = [];
  for (const { name, version, other } of await listCache(home)) {
    if (only !== undefined && !only.has(name)) continue;
    const problem =
      other === undefined
        ? await problemOf(layout, indexes, name, version)
        : await problemIn(layout.other(other), { name, version, checksum: other });
    if (problem !== undefined) findings.push({ name, version, problem });
    onChecked?.(name);
  }
  return findings;
}

/**
 * Removes packages, versions of packages (`name@version`), or all that is cached, indexes too. Returns how many versions went. What other
 * processes are at meanwhile stays whole. Faults as `diskFault`.
 */
export async function cleanCache(home: string, only: readonly string[]): Promise<number> {
  const layout = new Layout(home);
  try {
    return await clean(home, layout, only);
  } catch (error) {
    throw errnoOf(error) === undefined ? error : diskFault(error, layout.registry);
  }
}

async function clean(home: string, layout: Layout, only: readonly string[]): Promise<number> {
  const temporary = new Temporary(layout.temporary);
  const before = await listCache(home);
  const gone = before.filter(
    ({ name, version }) => only.length === 0 || only.includes(name) || only.includes(`${name}@${version}`),
  );
  for (const { name, version, other } of gone) {
    const place = other === undefined ? layout : layout.other(other);
    for (const path of [place.archive(name, version), place.unpacked(name, version)]) {
      // Moved first: whoever looks finds it whole, or not at all.
      const old = await temporary.path('old');
      await rename(path, old).catch(() => undefined);
      await rm(old, { recursive: true, force: true });
    }
    await removeIfEmpty(join(place.cache, name));
    if (other !== undefined) await removeIfEmpty(place.cache);
  }
  if (only.length === 0) {
    const names = (await namesIn(layout.cache)).filter(isPackageName);
    for (const name of names) await removeIfEmpty(join(layout.cache, name));
    await removeIfEmpty(layout.others);
    await rm(layout.index, { recursive: true, force: true });
  }
  await temporary.sweep();
  return gone.length;
}

async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}

/** What is wrong with a package in the cache, read byte by byte; undefined if nothing is. */
export async function problemOfPackage(home: string, pinned: Pinned): Promise<string | undefined> {
  const usual = new Layout(home);
  const problem = await problemIn(usual, pinned);
  const other = usual.other(pinned.checksum);
  const isThere = problem !== undefined && existsSync(other.archive(pinned.name, pinned.version));
  return isThere ? problemIn(other, pinned) : problem;
}

async function problemIn(layout: Layout, { name, version, checksum }: Pinned): Promise<string | undefined> {
  const record = recordOf(layout, name, version);
  const digest = await sha256OfFile(layout.archive(name, version)).catch(() => undefined);
  if (digest === undefined) return 'it is not in the cache';
  if (digest !== checksum) return `its archive has the digest ${digest}, and should have ${checksum}`;
  if (record?.archive !== checksum) return 'it is not unpacked';
  return findDifference(join(layout.unpacked(name, version), 'extracted'), record);
}

async function problemOf(
  layout: Layout,
  indexes: readonly PackageIndex[],
  name: string,
  version: string,
): Promise<string | undefined> {
  const record = recordOf(layout, name, version);
  const digest = await sha256OfFile(layout.archive(name, version)).catch(() => undefined);
  if (digest === undefined) return 'the archive is missing';
  const known = indexes.map((index) => index.version(name, version)?.checksum);
  const expected = [record?.archive, ...known].filter((checksum) => checksum !== undefined);
  if (expected.length > 0 && !expected.includes(digest)) {
    return `the archive has the digest ${digest}, and should have ${[...new Set(expected)].join(' or ')}`;
  }
  if (record === undefined) return undefined;
  if (record.archive !== digest) return 'the unpacked files are of another archive';
  return findDifference(join(layout.unpacked(name, version), 'extracted'), record);
}

function recordOf(layout: Layout, name: string, version: string): TreeRecord | undefined {
  return readRecord(layout.record(name, version));
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch((): string[] => [])).toSorted(compareText);
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

const DIGEST = /^[0-9a-f]{64}$/;
