import { LRUCache } from 'lru-cache';
import { Fault, freeChunk } from '../kernel/index.ts';
import type { Blobs } from './ports/index.ts';

/** Bytes of all blobs that are kept. */
const CAPACITY = 64 * 1024 * 1024;
/** Bytes of the largest blob that is kept: most packages are smaller, and one of the others would push out many. */
const LARGEST = 1024 * 1024;
/** Bytes that an entry takes beside its content, roughly. */
const OVERHEAD = 512;

/**
 * Small blobs that were asked for lately, whole and in memory. Nothing ever makes one stale, since a key names the same
 * bytes for ever; who may have them is for the caller to ask first.
 */
export class HotBlobs {
  readonly #blobs: Blobs;
  /** Promises, so that all who ask while a blob is being read share the one read. */
  readonly #hot = new LRUCache<string, Promise<Buffer>>({ maxSize: CAPACITY });

  constructor(blobs: Blobs) {
    this.#blobs = blobs;
  }

  /**
   * All bytes of a blob that has `size` of them, not to be changed or freed; undefined if it is too large to be kept.
   * Rejects as `Blobs.open` does, and with Fault `internal` if the blob has another size.
   */
  read(key: string, size: number): Promise<Buffer> | undefined {
    if (size > LARGEST) return undefined;
    const known = this.#hot.get(key);
    if (known !== undefined) return known;
    const bytes = this.#load(key, size);
    this.#hot.set(key, bytes, { size: size + OVERHEAD });
    // The next one tries anew.
    bytes.catch(() => this.#hot.delete(key));
    return bytes;
  }

  async #load(key: string, size: number): Promise<Buffer> {
    // Memory of its own: a slice of a shared pool would keep the whole pool alive.
    const bytes = Buffer.allocUnsafeSlow(size);
    let read = 0;
    for await (const chunk of (await this.#blobs.open(key)) as AsyncIterable<Buffer>) {
      chunk.copy(bytes, read);
      read += chunk.length;
      freeChunk(chunk);
    }
    if (read !== size) {
      throw new Fault(
        'internal',
        `The blob ${key} has ${read} bytes and should have ${size}; verify the storage.`,
      );
    }
    return bytes;
  }
}
