import type { FileHandle } from 'node:fs/promises';
import { Fault } from '../../errors.ts';

/** Bytes that are read at once: entries mostly lie one behind the other. */
const PIECE = 512 * 1024;

/** Reads parts of a file at any place, quickly where the next one lies behind the last. */
export class PieceReader {
  readonly #file: FileHandle;
  readonly #size: number;
  #start = 0;
  #held: Buffer = Buffer.alloc(0);

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Exactly these bytes, good until the next call. Fault `archive_invalid` if the file has not so many there. */
  async read(position: number, length: number): Promise<Buffer> {
    if (!Number.isSafeInteger(position) || position < 0 || position + length > this.#size) {
      throw invalid('it is damaged or cut off');
    }
    if (position < this.#start || position + length > this.#start + this.#held.length) {
      this.#held = await this.#fetch(position, Math.min(Math.max(PIECE, length), this.#size - position));
      this.#start = position;
    }
    const from = position - this.#start;
    return this.#held.subarray(from, from + length);
  }

  async #fetch(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length;) {
      const { bytesRead } = await this.#file.read(buffer, filled, length - filled, position + filled);
      if (bytesRead === 0) throw invalid('it is cut off');
      filled += bytesRead;
    }
    return buffer;
  }
}

/** `reason` is a clause about the archive. */
export function invalid(reason: string, cause?: unknown): Fault {
  return new Fault('archive_invalid', `The ZIP archive cannot be read: ${reason}.`, { cause });
}
