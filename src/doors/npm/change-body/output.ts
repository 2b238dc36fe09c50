import { Fault } from '../../../kernel/index.ts';

/** Bytes of what a change may say; the messages of thousands of versions fit. */
const MAX_BYTES = 2 * 1024 * 1024;

/** Grows by doubling up to a limit that no package reaches which a client can still handle. */
export class Output {
  #bytes: Buffer = Buffer.allocUnsafe(4096);
  #length = 0;

  /** Takes `chunk` from `start` to before `end`. Fault `too_large` over the limit. */
  append(chunk: Buffer, start = 0, end = chunk.length): void {
    const needed = this.#length + end - start;
    if (needed > MAX_BYTES) {
      throw new Fault(
        'too_large',
        'Tags, owners and deprecation messages are over the limit of 2 MB; shorten the messages.',
      );
    }
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    chunk.copy(this.#bytes, this.#length, start, end);
    this.#length = needed;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }
}
