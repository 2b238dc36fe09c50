import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';
import { combineCrc32, crc32Shift } from './crc32.ts';

/** A piece of a document, compressed by itself: it can stand in any gzip stream, after and before any other. */
export interface Segment {
  /** Deflate blocks that end on a byte and refer to nothing before them (RFC 1951 section 3.2). */
  deflated: Buffer;
  crc: number;
  /** What to append it does to a CRC; worked out once, for it takes longer than all the rest of joining. */
  shift: number;
  /** Bytes of the plain text. */
  length: number;
  /** SHA-256 of the plain text. */
  digest: Buffer;
}

const compressApart = promisify<Buffer, { finishFlush: number }, Buffer>(deflateRaw);
const flush = { finishFlush: constants.Z_FULL_FLUSH };

/** Bytes of a text that would hardly get shorter; to set up the compressor takes longer than everything else. */
const TINY = 512;
/** Bytes of a text that is compressed sooner than another thread would have begun. */
const SMALL = 4096;

/** Compresses in the thread pool what takes a while. */
export async function makeSegment(text: string | Buffer): Promise<Segment> {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  return {
    deflated: await deflate(bytes),
    crc: crc32(bytes),
    shift: crc32Shift(bytes.length),
    length: bytes.length,
    digest: createHash('sha256').update(bytes).digest(),
  };
}

function deflate(bytes: Buffer): Buffer | Promise<Buffer> {
  if (bytes.length <= TINY) return stored(bytes);
  return bytes.length <= SMALL ? deflateRawSync(bytes, flush) : compressApart(bytes, flush);
}

/** A block that is not compressed and not the last: RFC 1951 section 3.2.4. */
function stored(bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes;
  const header = Buffer.alloc(5);
  header.writeUInt16LE(bytes.length, 1);
  header.writeUInt16LE(~bytes.length & 0xffff, 3);
  return Buffer.concat([header, bytes]);
}

/** RFC 1952 section 2.3: deflate, no name, no time, unknown system. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty last block with fixed codes: RFC 1951 section 3.2.6. */
const LAST_BLOCK = Buffer.from([3, 0]);

/**
 * One gzip stream of all segments. Nothing is compressed here: what is shared with an earlier document is copied. The tag (no quotes) is
 * the same for the same texts in the same pieces.
 */
export function joinSegments(segments: Segment[]): { etag: string; gzip: Buffer } {
  const hash = createHash('sha256');
  let crc = 0;
  let length = 0;
  for (const segment of segments) {
    hash.update(segment.digest);
    crc = combineCrc32(crc, segment.crc, segment.shift);
    length += segment.length;
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  const parts = [GZIP_HEADER, ...segments.map(({ deflated }) => deflated), LAST_BLOCK, trailer];
  return { etag: hash.digest('hex').slice(0, 32), gzip: Buffer.concat(parts) };
}
