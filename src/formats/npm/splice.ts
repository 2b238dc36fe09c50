import { Transform, type TransformCallback } from 'node:stream';
import { Fault } from '../../kernel/index.ts';
import type { ContentPlace } from './archive.ts';

const BLOCK = 512;
/** Fields of a header: POSIX.1-2017 pax, "ustar Interchange Format". */
const SIZE = { start: 124, length: 12 };
const CHECKSUM = { start: 148, length: 8 };

/**
 * Puts what `change` makes of one file's content in its place in a tar stream; every other byte passes as it is. Faults `archive_invalid`
 * for a file whose header does not say its size by itself, `too_large` for a stream of more than `maxBytes`, those of `change`.
 */
export class Splice extends Transform {
  readonly #place: ContentPlace;
  readonly #change: (content: Buffer) => Buffer;
  readonly #maxBytes: number;
  readonly #header: Buffer[] = [];
  readonly #content: Buffer[] = [];
  /** Bytes that have come. */
  #at = 0;

  constructor(place: ContentPlace, change: (content: Buffer) => Buffer, maxBytes = Infinity) {
    super();
    this.#place = place;
    this.#change = change;
    this.#maxBytes = maxBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#take(chunk);
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)));
    }
    done();
  }

  #take(chunk: Buffer): void {
    const { start, size } = this.#place;
    const from = this.#at;
    this.#at += chunk.length;
    if (this.#at > this.#maxBytes) {
      throw new Fault(
        'too_large',
        `The archive unpacks to more than ${this.#maxBytes} bytes, too many to write addresses into it.`,
      );
    }
    /** The part of the chunk between two places of the stream. */
    const between = (first: number, last: number) =>
      chunk.subarray(Math.max(first - from, 0), Math.max(last - from, 0));
    const before = between(0, start - BLOCK);
    if (before.length > 0) this.push(before);
    const header = between(start - BLOCK, start);
    if (header.length > 0) this.#header.push(header);
    const content = between(start, start + size);
    if (content.length > 0) this.#content.push(content);
    if (from < start + size && this.#at >= start + size) this.#replace();
    const after = between(start + padded(size), Infinity);
    if (after.length > 0) this.push(after);
  }

  #replace(): void {
    const header = Buffer.concat(this.#header);
    const { size, sizeElsewhere } = this.#place;
    const said = Number.parseInt(header.toString('latin1', SIZE.start, SIZE.start + SIZE.length), 8);
    if (said !== size || sizeElsewhere === true) {
      throw new Fault(
        'archive_invalid',
        'package.json in the archive has its size outside of its header; pack it again with npm pack.',
      );
    }
    const content = this.#change(Buffer.concat(this.#content));
    const { length } = content;
    header.write(octal(length, SIZE.length - 1) + '\0', SIZE.start, 'latin1');
    header.fill(' ', CHECKSUM.start, CHECKSUM.start + CHECKSUM.length);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${octal(sum, 6)}\0 `, CHECKSUM.start, 'latin1');
    this.push(header);
    this.push(content);
    this.push(Buffer.alloc(padded(length) - length));
  }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
