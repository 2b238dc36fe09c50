import { createHash, type Hash } from 'node:crypto';
import { filePrefix } from './hash.ts';
import type { ContentSink } from './tar/index.ts';

/** Hashes a file as it streams by; `done` gets the digest, and the content if that is wanted. */
export class FileHasher implements ContentSink {
  readonly #hash: Hash = createHash('sha256');
  readonly #done: (digest: Buffer, content: Buffer) => void;
  readonly #kept: Buffer[] | undefined;

  constructor(path: string, done: (digest: Buffer, content: Buffer) => void, keep = false) {
    this.#hash.update(filePrefix(path));
    this.#done = done;
    this.#kept = keep ? [] : undefined;
  }

  write(piece: Buffer): void {
    this.#hash.update(piece);
    this.#kept?.push(Buffer.from(piece));
  }

  end(): void {
    this.#done(this.#hash.digest(), Buffer.concat(this.#kept ?? []));
  }
}
