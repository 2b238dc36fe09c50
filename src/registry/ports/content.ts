import type { Readable } from 'node:stream';
import type { RemoteRelease } from './upstream.ts';

/** An archive that was fetched, as often as somebody reads it. */
export interface FetchedArchive {
  /** Bytes. */
  size: number;
  /** From the beginning; the chunks are the reader's to keep. */
  open: () => Readable;
}

/**
 * How files of a format are known that no document names: by what is in them. Their name here is the address from which they
 * are had (`host/path`), their version the content that whoever asks for them expects.
 */
export interface ContentFormat {
  /** The version whose file this is; undefined if no version has a file of that name. */
  versionOf(file: string): string | undefined;
  /**
   * Reads an archive and says what is to be kept of it. Fault `upstream_failed` if it is not the version, with what it is
   * instead, or if it cannot be read.
   */
  check(
    version: string,
    archive: FetchedArchive,
  ): Promise<Pick<RemoteRelease, 'manifest' | 'summary' | 'facts'>>;
}
