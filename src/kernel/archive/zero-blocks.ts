/** Bytes of a tar block. */
export const BLOCK = 512;
const ZEROS = Buffer.alloc(BLOCK);

/**
 * Knows where blocks of zeros lie in a tar stream. One where a header could be ends the archive for GNU tar, libarchive and most
 * libraries; the tar reader here passes over it.
 */
export class ZeroBlocks {
  /** Ascending offsets of blocks of zeros at or behind `#from`. */
  #found: number[] = [];
  /** Before it nobody asks any more. */
  #from = 0;
  /** Where the next piece begins. */
  #at = 0;
  /** The begin of a block that goes on in the next piece. */
  #begun: Buffer = Buffer.alloc(0);

  /** Told of every piece of the stream, of any length, before the reader gets it. */
  look(chunk: Buffer): void {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    const start = this.#at - this.#begun.length;
    let block = 0;
    for (; block + BLOCK <= bytes.length; block += BLOCK) {
      if (bytes[block] !== 0 || start + block < this.#from) continue;
      if (bytes.compare(ZEROS, 0, BLOCK, block, block + BLOCK) === 0) this.#found.push(start + block);
    }
    // A copy: the piece may be changed by whoever reads it next.
    this.#begun = Buffer.from(bytes.subarray(block));
    this.#at += chunk.length;
  }

  /** Whether one lies wholly in these offsets of the stream, which the reader has reached. */
  within(start: number, end: number): boolean {
    return this.#found.some((offset) => offset >= start && offset + BLOCK <= end);
  }

  /** Nothing before this offset is asked for again: what lies in a file's content is not remembered. */
  forget(before: number): void {
    this.#from = before;
    this.#found = this.#found.filter((offset) => offset >= before);
  }
}
