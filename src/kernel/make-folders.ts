import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errnoOf } from './errors.ts';

/** How often a folder may have gone again, as while another process clears up. */
const MOST_TRIES = 100;

/**
 * Makes a folder and those above it that are missing; resolves with the first that was made, undefined if all were there. Rejects with the
 * system's error. Node's own recursive `mkdir` never comes back from where folders cannot be made, such as /proc: the system says there that
 * the folder above is missing, which it is not.
 */
export async function makeFolders(path: string, mode?: number): Promise<string | undefined> {
  const missing = [resolve(path)];
  let first: string | undefined;
  for (let tries = 0, folder = missing.at(-1); folder !== undefined; folder = missing.at(-1)) {
    const above = dirname(folder);
    try {
      await mkdir(folder, mode);
      first ??= folder;
      missing.pop();
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' && above !== folder && tries++ < MOST_TRIES) missing.push(above);
      else if (await isFolder(folder)) missing.pop();
      else if (errnoOf(error) !== 'EEXIST' || (await isThere(folder)) || tries++ >= MOST_TRIES) throw error;
    }
  }
  return first;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

/** True for a link that leads nowhere too. */
async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
