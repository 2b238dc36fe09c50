import { open, unlink, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Digester, errnoOf, type Digests } from '../kernel/index.ts';
import type { StagedBlob } from '../registry/index.ts';
import { uploadGivenUp } from './blob-keys.ts';
import { asFault } from './file-errors.ts';
import { Growth } from './following.ts';

/** As the folders: group may read, others nothing. The object is the same inode, so it keeps this mode. */
const FILE_MODE = 0o640;

/** Bytes of a chunk of what is read back. */
const CHUNK = 64 * 1024;

/** What lies in a staged file, whole. */
export interface StagedBytes {
  path: string;
  digests: Digests;
  /** Makes the bytes survive a power cut. */
  sync(): Promise<void>;
  /** The bytes from `start` to before `end`, in chunks that are the reader's. */
  read(start: number, end: number): AsyncGenerator<Buffer>;
}

/** Gives the staged bytes their key, durably; false if that is taken. */
export type Place = (staged: StagedBytes, key: string) => Promise<boolean>;

/** Begins an upload into the new file `path`. */
export async function stageFile(path: string, place: Place): Promise<StagedBlob> {
  try {
    return new StagedFile(await open(path, 'wx+', FILE_MODE), path, place);
  } catch (error) {
    throw asFault(error);
  }
}

class StagedFile implements StagedBlob {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #place: Place;
  readonly #digester = new Digester();
  #digests: Digests | undefined;
  readonly #growth = new Growth();
  #state: 'writing' | 'finished' | 'discarded' = 'writing';
  #failure: unknown;
  #synced: Promise<void> | undefined;
  #isClosed = false;

  constructor(handle: FileHandle, path: string, place: Place) {
    this.#handle = handle;
    this.#path = path;
    this.#place = place;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#expect('writing');
    const writing = this.#writeAll(chunk, this.#digester.size);
    // While the kernel has it.
    this.#digester.update(chunk);
    try {
      await writing;
    } catch (error) {
      this.#failure ??= asFault(error);
      throw this.#failure;
    }
    this.#growth.advance(chunk.length);
  }

  async finish(): Promise<Digests> {
    this.#expect('writing');
    this.#state = 'finished';
    this.#growth.end();
    this.#digests = this.#digester.finish();
    return this.#digests;
  }

  open(): Readable {
    this.#expect('finished');
    return Readable.from(chunksOf(this.#handle, 0, this.#digester.size), { objectMode: false });
  }

  follow(): Readable {
    this.#expect('writing', 'finished');
    return this.#growth.follow(
      (position, length) => readAt(this.#handle, position, length),
      // What was only read has nothing to lose by a failing close.
      () => void this.#closeIfUnused().catch(() => {}),
    );
  }

  async promote(key: string): Promise<boolean> {
    this.#expect('finished');
    if (this.#digests === undefined) throw new Error('The staged blob has no digests.');
    try {
      return await this.#place(
        {
          path: this.#path,
          digests: this.#digests,
          // Once, also if it fails: after a failed fsync the kernel forgets the lost pages and the next call succeeds.
          sync: () => (this.#synced ??= this.#handle.sync()),
          read: (start, end) => chunksOf(this.#handle, start, end),
        },
        key,
      );
    } catch (error) {
      throw asFault(error);
    }
  }

  async discard(): Promise<void> {
    if (this.#state === 'discarded') return;
    const isWhole = this.#state === 'finished';
    this.#state = 'discarded';
    if (!isWhole) this.#growth.break(uploadGivenUp());
    await this.#closeIfUnused();
    try {
      await unlink(this.#path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }

  /** Who follows reads through the handle, which needs no name any more. */
  async #closeIfUnused(): Promise<void> {
    if (this.#state !== 'discarded' || this.#growth.isFollowed || this.#isClosed) return;
    this.#isClosed = true;
    await this.#handle.close();
  }

  async #writeAll(chunk: Uint8Array, start: number): Promise<void> {
    for (let done = 0; done < chunk.length;) {
      const left = chunk.length - done;
      done += (await this.#handle.write(chunk, done, left, start + done)).bytesWritten;
    }
  }

  #expect(...states: ('writing' | 'finished')[]): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!states.some((state) => state === this.#state))
      throw new Error(`The staged blob is ${this.#state}, not ${states.join(' or ')}.`);
  }
}

/** Through the handle that is open anyway. */
async function* chunksOf(handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let position = start; position < end;) {
    const chunk = await readAt(handle, position, Math.min(CHUNK, end - position));
    position += chunk.length;
    yield chunk;
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  // Memory of its own, so that the reader may free it.
  const chunk = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await handle.read(chunk, 0, length, position);
  if (bytesRead === 0) throw new Error('The staged file was cut short by somebody else.');
  return chunk.subarray(0, bytesRead);
}
