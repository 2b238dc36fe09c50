import type { Stats } from 'node:fs';
import { opendir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsent } from './file-errors.ts';

/** Removes the files of a folder of staged uploads that nobody has written to since `before`; returns how many. */
export async function sweepFolder(folder: string, before: number): Promise<number> {
  let swept = 0;
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    try {
      if (changedAt(await stat(path)) >= before) continue;
      await unlink(path);
      swept++;
    } catch (error) {
      // Its publisher, or the sweeper of another process, was faster.
      if (!isAbsent(error)) throw error;
    }
  }
  return swept;
}

/** False if the sweeper has taken a staged upload. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** The later of the last write and the last change of the inode, which a new name is; milliseconds. */
export function changedAt(info: Stats): number {
  return Math.floor(Math.max(info.mtimeMs, info.ctimeMs));
}
