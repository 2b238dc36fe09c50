import type { Readable } from 'node:stream';
import type { Fault } from '../../kernel/index.ts';
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
  /** Reads an archive and says what it is. Fault `upstream_differs` if it is nothing that could be kept. */
  read(archive: FetchedArchive): Promise<Content>;
  /** Fault `upstream_differs` for whoever asked for another version than those that the content has, with which it has. */
  another(wanted: string, versions: readonly string[]): Fault;
}

/** What is kept of a content, and every version that names it. */
export interface Content extends Pick<RemoteRelease, 'manifest' | 'summary' | 'facts'> {
  versions: readonly string[];
}
