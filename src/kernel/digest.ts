import { createHash, type Hash } from 'node:crypto';

/** The digests of one file, as npm, Debian and our own rows need them. */
export interface Digests {
  /** SHA-256, lower-case hex; the identity of a blob. */
  sha256: string;
  /** SHA-1, lower-case hex (npm `dist.shasum`). */
  sha1: string;
  /** SHA-512, base64 (npm `dist.integrity` without its `sha512-`). */
  sha512: string;
  /** Bytes. */
  size: number;
}

/** Computes all digests in one pass over the bytes. */
export class Digester {
  readonly #sha256: Hash = createHash('sha256');
  readonly #sha1: Hash = createHash('sha1');
  readonly #sha512: Hash = createHash('sha512');
  #size = 0;

  get size(): number {
    return this.#size;
  }

  update(chunk: Uint8Array): void {
    this.#size += chunk.length;
    this.#sha256.update(chunk);
    this.#sha1.update(chunk);
    this.#sha512.update(chunk);
  }

  finish(): Digests {
    return {
      sha256: this.#sha256.digest('hex'),
      sha1: this.#sha1.digest('hex'),
      sha512: this.#sha512.digest('base64'),
      size: this.#size,
    };
  }
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
