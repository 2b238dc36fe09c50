import { createReadStream } from 'node:fs';
import { readdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { errnoOf, makeFolders } from '../../kernel/index.ts';

/** Where in the storage what another server left is kept. No key of ours begins with a dot, so nothing of ours looks there. */
const KEPT = '.before-kontor';
/** Where its packages are. */
const PACKAGES = 'packages';

/** The part of a name that Pantry's own server put into paths: protocols/pantry 8. Undefined for one that leads elsewhere. */
function safeName(name: string): string | undefined {
  const safe = name.replaceAll('@', '').replaceAll('/', '-');
  const isSafe = /^(?![.-])[a-zA-Z0-9._-]{1,214}(?<![.-])$/.test(safe) && !safe.includes('..');
  return isSafe ? safe : undefined;
}

/** Path of a version's archive below the storage; undefined for what can have none. */
export function versionPath(name: string, version: string): string | undefined {
  const safe = safeName(name);
  if (safe === undefined || !/^(?!\.)[a-zA-Z0-9._+-]{1,64}$/.test(version)) return undefined;
  return join(PACKAGES, 'pantry', safe, version, `${safe}-${version}.tgz`);
}

/** The same of a package of a commit. */
export function commitPath(sha: string, name: string): string | undefined {
  const safe = safeName(name);
  return safe === undefined || !/^[0-9a-f]{7,64}$/i.test(sha)
    ? undefined
    : join('commits', sha, safe, `${safe}.tgz`);
}

/** The bytes of a file, or undefined if there is none. */
export async function openFile(path: string): Promise<Readable | undefined> {
  try {
    if (!(await stat(path)).isFile()) return undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  return createReadStream(path);
}

/** True if the storage has what another server calls its packages; no registry of ours is called so. */
export async function hasArchives(storage: string): Promise<boolean> {
  return (await list(storage)).includes(PACKAGES);
}

/**
 * Moves what another server left in the storage to where the sweeper does not look, which would take it for leftovers of ours: all
 * of `packages`, and of `commits` what has not the form of ours. Answers where it is, if there was any.
 */
export async function keepArchives(storage: string): Promise<string | undefined> {
  const found = [...((await hasArchives(storage)) ? [PACKAGES] : []), ...(await commitArchives(storage))];
  if (found.length === 0) return undefined;
  const kept = join(storage, await freeName(storage, KEPT));
  for (const path of found) {
    const target = join(kept, path);
    await makeFolders(dirname(target), 0o750);
    await rename(join(storage, path), target);
  }
  return kept;
}

/** A name that nothing in the folder has: this one, or it and a number. */
export async function freeName(folder: string, name: string): Promise<string> {
  const taken = await list(folder);
  for (let number = 1; ; number += 1) {
    const free = number === 1 ? name : `${name}.${number}`;
    if (!taken.includes(free)) return free;
  }
}

/** `commits/<sha>/<name>/<name>.tgz`: our own files there have random names. */
async function commitArchives(storage: string): Promise<string[]> {
  const found: string[] = [];
  for (const sha of await list(join(storage, 'commits'))) {
    for (const name of await list(join(storage, 'commits', sha))) {
      const file = `${name}.tgz`;
      const folder = join('commits', sha, name);
      if ((await list(join(storage, folder))).includes(file)) found.push(join(folder, file));
    }
  }
  return found;
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
}
