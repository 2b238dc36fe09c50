import { createHash, hash as hashOnce, type Hash } from 'node:crypto';
import { filePrefix } from './hash.ts';
import type { ContentSink } from './tar/index.ts';

/** Bytes of a file and its path that are hashed in one go: to begin a hash costs as much as some kilobytes of one. */
const SMALL = 64 * 1024;

/** What takes the digest of a file, one character a byte, and the content if that was wanted. */
export type FileHashed = (digest: string, content: Buffer) => void;

/** Hashes the files of one archive as they stream by, one after the other. */
export class FileHasher {
  /** Of a small file. */
  #gathered: Buffer | undefined;

  /** @param size bytes of the file, all of which will be written. */
  file(path: string, size: number, done: FileHashed, keep = false): ContentSink {
    const prefix = filePrefix(path);
    if (keep || prefix.length + size > SMALL) return new LargeFile(prefix, done, keep);
    this.#gathered ??= Buffer.allocUnsafe(SMALL);
    return new SmallFile(prefix, done, this.#gathered);
  }
}

class SmallFile implements ContentSink {
  readonly #done: FileHashed;
  readonly #gathered: Buffer;
  #length: number;

  constructor(prefix: string, done: FileHashed, gathered: Buffer) {
    this.#done = done;
    this.#gathered = gathered;
    this.#length = gathered.write(prefix, 'latin1');
  }

  write(piece: Buffer): void {
    this.#length += piece.copy(this.#gathered, this.#length);
  }

  end(): void {
    this.#done(hashOnce('sha256', this.#gathered.subarray(0, this.#length), 'binary'), NOTHING);
  }
}

const NOTHING = Buffer.alloc(0);

class LargeFile implements ContentSink {
  readonly #hash: Hash = createHash('sha256');
  readonly #done: FileHashed;
  readonly #kept: Buffer[] | undefined;

  constructor(prefix: string, done: FileHashed, keep: boolean) {
    this.#hash.update(prefix, 'latin1');
    this.#done = done;
    this.#kept = keep ? [] : undefined;
  }

  write(piece: Buffer): void {
    this.#hash.update(piece);
    this.#kept?.push(Buffer.from(piece));
  }

  end(): void {
    this.#done(this.#hash.digest('binary'), Buffer.concat(this.#kept ?? []));
  }
}
