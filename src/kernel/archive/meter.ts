import { Fault } from '../errors.ts';
import type { ArchiveLimits } from './limits.ts';
import type { ZeroBlocks } from './zero-blocks.ts';

/** Counts bytes before and after decompression and stops what unpacks to too much. */
export class Meter {
  readonly #limits: ArchiveLimits;
  #packed = 0;
  #unpacked = 0;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  /** Bytes that went to the decompressor. */
  get packedBytes(): number {
    return this.#packed;
  }

  /** Stands before the decompressor. */
  packed(): (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
    const count = (bytes: number): void => {
      this.#packed += bytes;
    };
    return async function* (chunks) {
      for await (const chunk of chunks) {
        count(chunk.length);
        yield chunk;
      }
    };
  }

  /** Stands behind it, and lets `zeros` look at what comes. */
  unpacked(zeros?: ZeroBlocks): (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
    const count = (bytes: number): void => this.#countUnpacked(bytes);
    return async function* (chunks) {
      for await (const chunk of chunks) {
        count(chunk.length);
        zeros?.look(chunk);
        yield chunk;
      }
    };
  }

  #countUnpacked(bytes: number): void {
    const { unpackedBytes, ratio, ratioFrom } = this.#limits;
    this.#unpacked += bytes;
    if (this.#unpacked > unpackedBytes) {
      throw new Fault('archive_too_large', `The archive unpacks to more than ${unpackedBytes} bytes.`);
    }
    if (this.#unpacked > ratioFrom && this.#unpacked > ratio * this.#packed) {
      throw new Fault(
        'archive_too_large',
        `The archive unpacks to more than ${ratio} times its packed size.`,
      );
    }
  }
}
