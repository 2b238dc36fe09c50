import { Readable } from 'node:stream';
import { Digester, type Digests } from '../../kernel/index.ts';
import type { Blobs, BlobInfo, ByteRange, StagedBlob } from '../../registry/index.ts';
import { blobNotFound, checkKey, checkRange, uploadGivenUp, uploadSwept } from '../blob-keys.ts';
import { Growth } from '../following.ts';

interface StoredObject {
  bytes: Buffer;
  changedAt: number;
}

/** The twin of the file store for tests and trials: the same promises, except that nothing outlives the process. */
export function memoryBlobs(): Blobs {
  return new MemoryBlobs();
}

class MemoryBlobs implements Blobs {
  readonly #objects = new Map<string, StoredObject>();
  readonly #staged = new Set<StagedBytes>();

  async stage(): Promise<StagedBlob> {
    const staged = new StagedBytes(this.#objects, this.#staged);
    this.#staged.add(staged);
    return staged;
  }

  async size(key: string): Promise<number | undefined> {
    checkKey(key);
    return this.#objects.get(key)?.bytes.length;
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    checkKey(key);
    if (range) checkRange(range);
    const object = this.#objects.get(key);
    if (!object) throw blobNotFound(key);
    return streamOf(range ? object.bytes.subarray(range.start, range.end + 1) : object.bytes);
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    this.#objects.delete(key);
  }

  async *list(): AsyncGenerator<BlobInfo, void, undefined> {
    for (const [key, { bytes, changedAt }] of this.#objects) yield { key, size: bytes.length, changedAt };
  }

  async sweepStaged(before: number): Promise<number> {
    const old = [...this.#staged].filter((staged) => staged.touchedAt < before);
    for (const staged of old) this.#staged.delete(staged);
    return old.length;
  }
}

class StagedBytes implements StagedBlob {
  readonly #objects: Map<string, StoredObject>;
  readonly #staged: Set<StagedBytes>;
  readonly #digester = new Digester();
  readonly #growth = new Growth();
  readonly #chunks: Buffer[] = [];
  #state: 'writing' | 'finished' | 'discarded' = 'writing';
  touchedAt = Date.now();

  constructor(objects: Map<string, StoredObject>, staged: Set<StagedBytes>) {
    this.#objects = objects;
    this.#staged = staged;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#expect('writing');
    this.#digester.update(chunk);
    // A copy: the caller may use its buffer again.
    this.#chunks.push(Buffer.from(chunk));
    this.touchedAt = Date.now();
    this.#growth.advance(chunk.length);
  }

  async finish(): Promise<Digests> {
    this.#expect('writing');
    this.#state = 'finished';
    this.#growth.end();
    return this.#digester.finish();
  }

  open(): Readable {
    return streamOf(this.#bytes());
  }

  follow(): Readable {
    this.#expect('writing', 'finished');
    return this.#growth.follow(
      (position, length) => Promise.resolve(slice(this.#chunks, position, length)),
      () => {},
    );
  }

  async promote(key: string): Promise<boolean> {
    checkKey(key);
    const bytes = this.#bytes();
    if (this.#objects.has(key)) return false;
    if (!this.#staged.has(this)) throw uploadSwept();
    this.#objects.set(key, { bytes, changedAt: Date.now() });
    return true;
  }

  async discard(): Promise<void> {
    if (this.#state === 'writing') this.#growth.break(uploadGivenUp());
    this.#state = 'discarded';
    this.#staged.delete(this);
  }

  #bytes(): Buffer {
    this.#expect('finished');
    return Buffer.concat(this.#chunks);
  }

  #expect(...states: ('writing' | 'finished')[]): void {
    if (!states.some((state) => state === this.#state))
      throw new Error(`The staged blob is ${this.#state}, not ${states.join(' or ')}.`);
  }
}

/** A copy of what of `length` bytes from `position` lies in one chunk. */
function slice(chunks: Buffer[], position: number, length: number): Buffer {
  let start = 0;
  for (const chunk of chunks) {
    const at = position - start;
    if (at < chunk.length) return Buffer.from(chunk.subarray(at, at + length));
    start += chunk.length;
  }
  return Buffer.alloc(0);
}

function streamOf(bytes: Buffer): Readable {
  // A copy: what is read is the reader's, who may free it.
  return Readable.from(bytes.length === 0 ? [] : [Buffer.from(bytes)], { objectMode: false });
}
