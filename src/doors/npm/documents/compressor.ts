import { createHash } from 'node:crypto';
import { createGzip } from 'node:zlib';
import { once } from 'node:events';
import type { ReadyDocument } from './document.ts';

/**
 * Takes the text of a document piece by piece and compresses it in the thread pool meanwhile, so that no step holds the
 * event loop for longer than one piece.
 */
export class DocumentCompressor {
  readonly #hash = createHash('sha256');
  readonly #gzip = createGzip();
  readonly #chunks: Buffer[] = [];
  readonly #ended = once(this.#gzip, 'end');

  constructor() {
    this.#gzip.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    // `finish` awaits the promise; until then its rejection must not count as unhandled.
    this.#ended.catch(() => undefined);
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    this.#hash.update(bytes);
    if (!this.#gzip.write(bytes)) await once(this.#gzip, 'drain');
  }

  async finish(): Promise<ReadyDocument> {
    this.#gzip.end();
    await this.#ended;
    return { etag: this.#hash.digest('hex').slice(0, 32), gzip: Buffer.concat(this.#chunks) };
  }
}
