import { createHash } from 'node:crypto';
import { inTurns } from '../../../kernel/index.ts';
import { joinSegments, makeSegment } from '../../gzip-segment.ts';
import type { SentDocument } from '../json-body.ts';
import type { Passage } from './page.ts';

/** Pages that are compressed at once. */
const COMPRESSORS = 4;

/** The index as some people see it, joined when it is first asked for. */
export class IndexDocument implements SentDocument {
  readonly etag: string;
  /** Bytes, plain. */
  readonly length: number;
  readonly #passages: readonly Passage[];
  #plain: Buffer | undefined;
  #gzip: Promise<Buffer> | undefined;

  constructor(passages: readonly Passage[]) {
    this.#passages = passages;
    const hash = createHash('sha256');
    for (const { digests } of passages) hash.update(digests);
    this.etag = hash.digest('hex').slice(0, 32);
    const commas = Math.max(passages.length - 1, 0);
    this.length = passages.reduce((bytes, { plain }) => bytes + plain.length, 2 + commas);
  }

  plain(): Buffer {
    return (this.#plain ??= Buffer.concat(
      [
        OPENING,
        ...this.#passages.flatMap(({ plain }, index) => (index === 0 ? [plain] : [COMMA, plain])),
        CLOSING,
      ],
      this.length,
    ));
  }

  gzip(): Promise<Buffer> {
    return (this.#gzip ??= this.#compress());
  }

  async #compress(): Promise<Buffer> {
    const [opening, closing] = await Promise.all([makeSegment(OPENING), makeSegment(CLOSING)]);
    const first = this.#passages[0];
    // A compressor takes memory, and a moment to set up.
    const segments = await inTurns(this.#passages, COMPRESSORS, (passage) =>
      passage.segment(passage === first),
    );
    return joinSegments([opening, ...segments, closing]).gzip;
  }
}

const OPENING = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSING = Buffer.from(']');
