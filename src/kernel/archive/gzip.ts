import { pipeline } from 'node:stream/promises';
import type { Readable, TransformOptions } from 'node:stream';
import { createGunzip, type ZlibOptions } from 'node:zlib';
import { errnoOf, Fault, isFault } from '../errors.ts';
import { defaultArchiveLimits, type ArchiveLimits } from './limits.ts';
import { Meter } from './meter.ts';

/** Bytes of an unpacked piece: fewer of them cost less, and one still fits the caches of a processor. */
const PIECE = 256 * 1024;
/** With room for a second piece, zlib's thread unpacks it while the first is read. */
const UNPACKING: ZlibOptions & TransformOptions = { chunkSize: PIECE, readableHighWaterMark: 2 * PIECE };

/**
 * Unpacks a gzip stream (RFC 1952) and hands each piece to `take`, which must be done with it when it returns. Keeps the
 * limits on size and ratio. Rejects with Fault `archive_invalid` or `archive_too_large`, or with the very error of
 * `source` or `take`; `source` is destroyed then. Several members are read as one stream (RFC 1952 section 2.2);
 * anything behind the last one is refused.
 */
export async function unpackGzip(
  source: Readable,
  take: (piece: Buffer) => void,
  limits: ArchiveLimits = defaultArchiveLimits,
): Promise<void> {
  const meter = new Meter(limits);
  const gunzip = createGunzip(UNPACKING);
  // The first error is the cause; those that follow come from tearing the pipeline down.
  let first: { error: unknown; format: boolean } | undefined;
  source.on('error', (error) => {
    first ??= { error, format: false };
  });
  gunzip.on('error', (error) => {
    first ??= { error, format: true };
  });
  const sink = async (pieces: AsyncIterable<Buffer>): Promise<void> => {
    try {
      for await (const piece of pieces) take(piece);
    } catch (error) {
      first ??= { error, format: false };
      throw error;
    }
  };
  try {
    await pipeline(source, meter.packed(), gunzip, meter.unpacked(), sink);
    // Zlib stops at a zero behind a gzip member and passes over what follows it.
    if (gunzip.bytesWritten !== meter.packedBytes) throw trailingData();
  } catch (error) {
    source.destroy();
    // The other way in which zlib meets it: done already while bytes keep coming.
    if (gunzip.readableEnded && errnoOf(error) === 'ERR_STREAM_PREMATURE_CLOSE') throw trailingData();
    const cause = first === undefined ? error : first.error;
    throw first?.format === true ? damaged(cause) : cause;
  }
}

export function trailingData(): Fault {
  return new Fault(
    'archive_invalid',
    'The archive has data after the end of its gzip stream; pack it again.',
  );
}

/**
 * What zlib and the tar reader complain of, in words for whoever made the archive; any other error as it is.
 *
 * @param tarHasEnded true if the tar reader came by the archive's end marker
 */
export function damaged(error: unknown, tarHasEnded = false): unknown {
  const code = errnoOf(error);
  // Zlib's errors have codes of their own, those of the tar reader none; the rest come from outside (a source that closed).
  if (isFault(error) || (code !== undefined && !code.startsWith('Z_'))) return error;
  return new Fault('archive_invalid', sentenceOn(error, code, tarHasEnded), { cause: error });
}

function sentenceOn(error: unknown, code: string | undefined, tarHasEnded: boolean): string {
  if (code === undefined && tarHasEnded) {
    return 'The archive goes on behind its end, where tar looks for nothing more; pack it again.';
  }
  if (code === 'Z_BUF_ERROR' || (error instanceof Error && error.message === 'Unexpected end of data')) {
    return 'The archive ends too early; send it again whole.';
  }
  return code === undefined
    ? 'The archive holds no valid tar stream; pack it again as ustar or pax.'
    : 'The archive is not gzip, or its compressed data is damaged; pack and send it again.';
}
