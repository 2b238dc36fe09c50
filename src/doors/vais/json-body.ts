import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A document that is sent again and again. */
export interface SentDocument {
  /** The same for the same bytes, on every replica and after a restart; no quotes. */
  readonly etag: string;
  plain(): Buffer;
  gzip(): Promise<Buffer>;
}

const compress = promisify(gzip);

/** JSON that is there as a whole; compressed, apart from everything else, when somebody first asks for that. */
export class JsonBody implements SentDocument {
  readonly etag: string;
  readonly #plain: Buffer;
  #gzip: Promise<Buffer> | undefined;

  constructor(plain: Buffer) {
    this.etag = createHash('sha256').update(plain).digest('hex').slice(0, 32);
    this.#plain = plain;
  }

  plain(): Buffer {
    return this.#plain;
  }

  gzip(): Promise<Buffer> {
    return (this.#gzip ??= compress(this.#plain));
  }
}
