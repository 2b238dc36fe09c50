import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobInfo } from '../../registry/index.ts';
import { isKeySegment } from '../blob-keys.ts';
import { isAbsent } from '../file-errors.ts';
import { changedAt } from '../staging-folder.ts';

/**
 * Every object below `root`, read as the consumer asks for it: open at once are only the folders on the way down.
 * What no key can name (`.staging`, links, an editor's leftovers) is passed over.
 */
export async function* walk(root: string): AsyncGenerator<BlobInfo, void, undefined> {
  yield* walkFolder(root, '');
}

async function* walkFolder(folder: string, prefix: string): AsyncGenerator<BlobInfo, void, undefined> {
  const entries = await orAbsent(opendir(folder));
  if (!entries) return;
  for await (const entry of entries) {
    if (!isKeySegment(entry.name)) continue;
    // The root may be a disk of its own; this folder of the file system's is for the superuser only.
    if (prefix === '' && entry.name === 'lost+found') continue;
    const path = join(folder, entry.name);
    const key = prefix + entry.name;
    if (entry.isDirectory()) yield* walkFolder(path, `${key}/`);
    else if (entry.isFile()) {
      const info = await orAbsent(lstat(path));
      if (info) yield { key, size: info.size, changedAt: changedAt(info) };
    }
  }
}

/** Undefined for what was removed while the walk was on its way. */
async function orAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
