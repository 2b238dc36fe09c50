import { Transform, type TransformCallback } from 'node:stream';
import { Fault } from '../../kernel/index.ts';
import type { ContentPlace } from './archive.ts';

const BLOCK = 512;
/** Fields of a header: POSIX.1-2017 pax, "ustar Interchange Format". */
const SIZE = { start: 124, length: 12 };
const CHECKSUM = { start: 148, length: 8 };

/**
 * Puts another content in the place of one file's in a tar stream; every other byte passes as it is. Fault `archive_invalid` for a file
 * whose header does not say its size by itself.
 */
export class Splice extends Transform {
  readonly #place: ContentPlace;
  readonly #content: Buffer;
  readonly #header: Buffer[] = [];
  /** Bytes that have come. */
  #at = 0;

  constructor(place: ContentPlace, content: Buffer) {
    super();
    this.#place = place;
    this.#content = content;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const { start, size } = this.#place;
    const from = this.#at;
    this.#at += chunk.length;
    /** The part of the chunk between two places of the stream. */
    const between = (first: number, last: number) =>
      chunk.subarray(Math.max(first - from, 0), Math.max(last - from, 0));
    const before = between(0, start - BLOCK);
    if (before.length > 0) this.push(before);
    const header = between(start - BLOCK, start);
    if (header.length > 0) this.#header.push(header);
    if (from < start && this.#at >= start) {
      const fault = this.#replace();
      if (fault) return done(fault);
    }
    const after = between(start + padded(size), Infinity);
    if (after.length > 0) this.push(after);
    done();
  }

  #replace(): Fault | undefined {
    const header = Buffer.concat(this.#header);
    const { size } = this.#place;
    if (Number.parseInt(header.toString('latin1', SIZE.start, SIZE.start + SIZE.length), 8) !== size) {
      return new Fault(
        'archive_invalid',
        'package.json in the archive has its size outside of its header; pack it again with npm pack.',
      );
    }
    const { length } = this.#content;
    header.write(octal(length, SIZE.length - 1) + '\0', SIZE.start, 'latin1');
    header.fill(' ', CHECKSUM.start, CHECKSUM.start + CHECKSUM.length);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${octal(sum, 6)}\0 `, CHECKSUM.start, 'latin1');
    this.push(header);
    this.push(this.#content);
    this.push(Buffer.alloc(padded(length) - length));
    return undefined;
  }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
