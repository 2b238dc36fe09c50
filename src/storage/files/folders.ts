import { mkdir, open, rmdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { LRUCache } from 'lru-cache';
import { errnoOf, makeFolders } from '../../kernel/index.ts';

/** Group may read, others nothing: packages can be private. */
const FOLDER_MODE = 0o750;

/**
 * The folders below the root, and which of them are known to survive a power cut. fsync(2) of a file does not make
 * its name durable; that takes an fsync of the folder that holds the entry, for each new entry on the way down.
 *
 * Rule that lets `settle` look no higher than one level: a folder is made only after the entries of all folders above
 * it are durable. So who finds a folder, made by whatever process, has only that folder's own entry to see to.
 */
export class Folders {
  readonly #root: string;
  /** Folders whose entries this process has synced. Only emptied innermost folders are ever removed, see `prune`. */
  readonly #settled = new LRUCache<string, true>({ max: 10_000 });

  constructor(root: string) {
    this.#root = root;
  }

  /** Makes `folder`. Rejects with ENOENT if another process pruned a folder on the way; repeat then. */
  async make(folder: string): Promise<void> {
    if (folder === this.#root) return;
    let level = this.#root;
    for (const name of relative(this.#root, folder).split(sep)) {
      const parent = level;
      level = join(parent, name);
      if (this.#settled.has(level)) continue;
      await makeFolder(level);
      if (level === folder) return;
      // Also when the folder was there: its maker may not have synced it yet, or have died before.
      await syncFolder(parent);
      this.#settled.set(level, true);
    }
  }

  /** Makes the entry of a file just put into `folder`, and the folder's own entry, durable. */
  async settle(folder: string): Promise<void> {
    const changed = folder === this.#root ? [folder] : [dirname(folder), folder];
    await Promise.all(
      changed.map((path) =>
        syncFolder(path).catch((error: unknown) => {
          // A folder with a file in it is never pruned: the file has been removed again, so there is nothing to keep.
          if (errnoOf(error) !== 'ENOENT') throw error;
        }),
      ),
    );
  }

  /** Removes `folder` if it is empty. The ones above stay: they are shared by all versions of a package. */
  async prune(folder: string): Promise<void> {
    if (folder === this.#root) return;
    this.#settled.delete(folder);
    try {
      await rmdir(folder);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) throw error;
    }
  }

  /** Drops what is known, for when a folder turns out to be gone. */
  forget(): void {
    this.#settled.clear();
  }
}

/** Makes the root and the folders above it, durably. */
export async function makeRoot(root: string): Promise<void> {
  const first = await makeFolders(root, FOLDER_MODE);
  if (first === undefined) return;
  for (let made = root; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, FOLDER_MODE);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot sync a folder and say so like this; their server keeps names in its own way.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}
