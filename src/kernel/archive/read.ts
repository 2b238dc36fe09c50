import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { errnoOf } from '../errors.ts';
import {
  EntryReader,
  type ArchiveEntry,
  type ArchiveSummary,
  type WantedContent,
  type WantedPieces,
} from './entries.ts';
import { damaged, trailingData } from './gzip.ts';
import { defaultArchiveLimits, type ArchiveLimits } from './limits.ts';
import { Meter } from './meter.ts';
import { ZeroBlocks } from './zero-blocks.ts';

/**
 * Reads a gzipped tar archive (RFC 1952; POSIX.1-2017 pax and ustar, GNU long names) once, entry by entry. Nothing
 * touches the disk, and only content that `onEntry` asks for is held in memory.
 *
 * Rejects with Fault `archive_invalid` or `archive_too_large`, whose sentence names the entry, or with the very error
 * of `source` or of a callback; `source` is destroyed then. Several gzip members are read as one stream (RFC 1952
 * section 2.2); anything behind the last one is refused. A missing end-of-archive marker is not: gzip's own length and
 * checksum already tell a cut archive from a whole one. Entries behind such a marker are read too, unless `endsAtMarker`: then
 * they are refused, since most readers of tar never see them.
 */
export async function readTarGz(
  source: Readable,
  onEntry: (entry: ArchiveEntry) => WantedContent | WantedPieces | undefined,
  limits: ArchiveLimits = defaultArchiveLimits,
  { endsAtMarker = false } = {},
): Promise<ArchiveSummary> {
  const meter = new Meter(limits);
  const zeros = endsAtMarker ? new ZeroBlocks() : undefined;
  const entries = new EntryReader(limits, onEntry, zeros);
  const gunzip = createGunzip();
  const tar = extract();
  // The first error is the cause; those that follow come from tearing the pipeline down.
  let first: { error: unknown; format: boolean } | undefined;
  const remember = (format: boolean) => (error: unknown) => {
    first ??= { error, format };
  };
  source.on('error', remember(false));
  gunzip.on('error', remember(true));
  tar.on('error', remember(true));

  let lastEntry = Promise.resolve();
  tar.on('entry', (header, content, next) => {
    // It is destroyed together with the pipeline, which reports why.
    content.on('error', () => undefined);
    lastEntry = entries.read(header, content).then(
      () => next(),
      (error: unknown) => {
        remember(false)(error);
        next(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });

  try {
    await pipeline(source, meter.packed(), gunzip, meter.unpacked(zeros), tar);
    // The tar stream can finish while its last entry is still being judged.
    await lastEntry;
    if (first !== undefined) throw first.error;
    // Zlib stops at a zero behind a gzip member and passes over what follows it.
    if (gunzip.bytesWritten !== meter.packedBytes) throw trailingData();
    return entries.summary;
  } catch (error) {
    source.destroy();
    // The other way in which zlib meets it: done already while bytes keep coming.
    if (gunzip.readableEnded && errnoOf(error) === 'ERR_STREAM_PREMATURE_CLOSE') throw trailingData();
    const cause = first === undefined ? error : first.error;
    throw first?.format === true ? damaged(cause, entries.hasEnded) : cause;
  }
}
