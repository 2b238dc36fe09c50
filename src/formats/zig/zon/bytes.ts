/** Bytes that come in small pieces, in one buffer that grows: a buffer for each would take a hundred times their size. */
export class GrowingBytes {
  #buffer = Buffer.allocUnsafe(64);
  #length = 0;

  /** @param latin1 one character a byte */
  add(latin1: string): void {
    this.#reserve(latin1.length);
    this.#length += this.#buffer.write(latin1, this.#length, 'latin1');
  }

  addByte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = byte;
  }

  get value(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
