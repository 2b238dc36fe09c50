import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskFault } from '../../kernel/light/index.ts';
import type { ArchiveSink } from '../registry/index.ts';

/**
 * An archive on its way into a file, of which the digest is known as far as it has come. Where the file cannot be written, that is a Fault
 * (`storage_full`): whoever fetches would take the system's error for one of the network.
 */
export class Download implements ArchiveSink {
  readonly file: string;
  readonly #handle: FileHandle;
  #hash: Hash = createHash('sha256');
  #size = 0;

  private constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.#handle = handle;
  }

  /** Goes on behind what the file holds, if there is one. */
  static async open(file: string): Promise<Download> {
    const download = new Download(file, await open(file, 'a+', 0o644));
    for await (const bytes of createReadStream(file)) download.#count(bytes as Buffer);
    return download;
  }

  get size(): number {
    return this.#size;
  }

  async write(piece: Buffer): Promise<void> {
    for (let at = 0; at < piece.length;) {
      at += (await this.#guarded(this.#handle.write(piece, at))).bytesWritten;
    }
    this.#count(piece);
  }

  async restart(): Promise<void> {
    await this.#guarded(this.#handle.truncate(0));
    this.#hash = createHash('sha256');
    this.#size = 0;
  }

  /** SHA-256 of what has come so far, lower-case hex. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Makes it durable. */
  async finish(): Promise<void> {
    await this.#guarded(this.#handle.sync());
    await this.close();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #guarded<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw diskFault(error, dirname(this.file));
    }
  }

  #count(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.#size += bytes.length;
  }
}
