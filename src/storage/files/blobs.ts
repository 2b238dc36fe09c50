import { randomUUID } from 'node:crypto';
import { open, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { BlobInfo, Blobs, ByteRange, StagedBlob } from '../../registry/index.ts';
import { blobNotFound, checkKey, checkRange } from '../blob-keys.ts';
import { isAbsent } from '../file-errors.ts';
import { Folders, makeFolder, makeRoot } from './folders.ts';
import { walk } from './list.ts';
import { place } from './place.ts';
import { stageFile } from '../staged-file.ts';
import { sweepFolder } from '../staging-folder.ts';

/**
 * Blobs as files: the object `key` is `<root>/<key>`, an upload is `<root>/.staging/<uuid>`. Makes the folders that
 * are missing. Any number of processes may share a root: everything rests on what the file system does atomically.
 */
export async function openFileBlobs(root: string): Promise<Blobs> {
  const absolute = resolve(root);
  const staging = join(absolute, '.staging');
  await makeRoot(absolute);
  // Not synced: after a power cut an empty staging folder is as good as the old one.
  await makeFolder(staging);
  return new FileBlobs(absolute, staging);
}

class FileBlobs implements Blobs {
  readonly #root: string;
  readonly #staging: string;
  readonly #folders: Folders;

  constructor(root: string, staging: string) {
    this.#root = root;
    this.#staging = staging;
    this.#folders = new Folders(root);
  }

  stage(): Promise<StagedBlob> {
    return stageFile(join(this.#staging, randomUUID()), async ({ path, sync }, key) => {
      await sync();
      return place(this.#folders, path, this.#path(key));
    });
  }

  async size(key: string): Promise<number | undefined> {
    const path = this.#path(key);
    try {
      const info = await stat(path);
      return info.isFile() ? info.size : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    if (range) checkRange(range);
    const handle = await openObject(this.#path(key), key);
    return handle.createReadStream(range);
  }

  async remove(key: string): Promise<void> {
    const path = this.#path(key);
    try {
      await unlink(path);
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
    await this.#folders.prune(dirname(path));
  }

  list(): AsyncIterable<BlobInfo> {
    return walk(this.#root);
  }

  sweepStaged(before: number): Promise<number> {
    return sweepFolder(this.#staging, before);
  }

  #path(key: string): string {
    checkKey(key);
    return join(this.#root, key);
  }
}

/** Opens for reading; a folder, which open(2) would accept, counts as missing. */
async function openObject(path: string, key: string) {
  try {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw isAbsent(error) ? blobNotFound(key, error) : error;
  }
  throw blobNotFound(key);
}
