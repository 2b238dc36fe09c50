import { constants, copyFile, link, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../../kernel/index.ts';
import { uploadSwept } from '../blob-keys.ts';
import { isThere } from '../staging-folder.ts';
import type { Folders } from './folders.ts';

/** How often a folder may be pruned under our hands before we give up; each time needs another removal to hit the gap. */
const ATTEMPTS = 100;

/** What link(2) answers where there are no hard links, or none to this place (another file system mounted inside). */
const NO_LINK = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK']);

/**
 * Gives the synced file `staged` the further name `target`, durably; false if that name is taken.
 * Folders are made only when the first try shows that they are missing.
 */
export async function place(folders: Folders, staged: string, target: string): Promise<boolean> {
  const folder = dirname(target);
  for (let attempt = 1; ; attempt++) {
    try {
      await linkOrCopy(staged, target);
      break;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false;
      if (errnoOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    }
    if (attempt > 1) {
      if (!(await isThere(staged))) throw uploadSwept();
      folders.forget();
    }
    try {
      await folders.make(folder);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
  await folders.settle(folder);
  return true;
}

async function linkOrCopy(staged: string, target: string): Promise<void> {
  try {
    // The one call that names a whole file at once, never overwrites, and works between processes.
    await link(staged, target);
  } catch (error) {
    if (!NO_LINK.has(errnoOf(error) ?? '')) throw error;
    await copyExclusively(staged, target);
  }
}

/**
 * The second best: an exclusive copy, since rename(2) would overwrite. A crash may leave half a file under the key.
 * No blob row names it then; a repeated publish finds the key taken and the sweeper removes what lies there.
 */
async function copyExclusively(staged: string, target: string): Promise<void> {
  await copyFile(staged, target, constants.COPYFILE_EXCL);
  const handle = await open(target, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
