import type { Readable } from 'node:stream';
import { Fault } from '../errors.ts';
import type { ArchiveEntry, ArchiveSummary, WantedContent, WantedPieces } from './entries.ts';
import { defaultArchiveLimits } from './limits.ts';
import { quoted } from './paths.ts';
import { readTarGz } from './read.ts';
import { fold, key } from './tree.ts';
import { windowsProblem } from '../windows-names.ts';

/** What an archive may hold. */
export interface PortableBounds {
  /** Entries. Folders that only paths imply are not among them; of those there may be 20,000. */
  entries: number;
  /** Bytes of all files. */
  unpackedBytes: number;
}

export interface PortableFile {
  /** As in `ArchiveEntry`. */
  path: string;
  /** Bytes. */
  size: number;
  isExecutable: boolean;
}

/** Who takes an archive in. Errors of its methods end the reading. */
export interface PortableReader {
  /** Told of each folder once, parents first, those that only paths imply too; never of the root. */
  folder?(path: string): void;
  /** Told of each file behind its folders. */
  file(file: PortableFile): WantedContent | WantedPieces | undefined;
}

/** UTF-8 bytes of one segment of a path: what Linux takes; others count up to 255 characters. */
const LONGEST_NAME = 255;
/** Bytes of tar for an entry beside its content: a header, padding, and a pax header now and then. */
const FRAME = 2048;
/** Tar ends in zeros: up to 10 KiB of them, as GNU tar writes it. */
const END_FRAMES = 5;
/** Folders that only paths imply. */
const MOST_IMPLIED = 20_000;

/**
 * As `readTarGz`, for archives that whoever gets them can unpack, on any file system: files and folders only, no two of one name however a
 * file system compares names, no name that is too long for one, holds a control character or is none on Windows, and nothing behind the
 * archive's end. A registry that reads by these rules takes nothing that a client which unpacks by them refuses. Faults `archive_invalid` and
 * `archive_too_large` name the entry, or both.
 */
export function readPortableTarGz(
  source: Readable,
  reader: PortableReader,
  bounds: PortableBounds,
): Promise<ArchiveSummary> {
  const contents = new PortableContents(reader, bounds);
  const limits = {
    ...defaultArchiveLimits,
    // Folders that only paths imply count here too, and headers: the bounds themselves are kept below.
    entries: bounds.entries + MOST_IMPLIED,
    unpackedBytes: bounds.unpackedBytes + (bounds.entries + END_FRAMES) * FRAME,
  };
  return readTarGz(source, (entry) => contents.entry(entry), limits, { endsAtMarker: true });
}

class PortableContents {
  readonly #reader: PortableReader;
  readonly #bounds: PortableBounds;
  readonly #folders = new Set<string>();
  /** As they were first written, by how a file system that folds names sees them. */
  readonly #spelled = new Map<string, string>();
  #entries = 0;
  #bytes = 0;

  constructor(reader: PortableReader, bounds: PortableBounds) {
    this.#reader = reader;
    this.#bounds = bounds;
  }

  entry({ path, type, size, mode }: ArchiveEntry): WantedContent | WantedPieces | undefined {
    this.#count(size);
    if (type === 'symlink' || type === 'link') {
      throw new Fault(
        'archive_invalid',
        `The entry ${quoted(path)} is a link; a package holds files and folders only.`,
      );
    }
    if (type === 'directory') {
      this.#folder(path);
      return undefined;
    }
    this.#folder(parentOf(path));
    this.#spell(path);
    return this.#reader.file({ path, size, isExecutable: (mode & 0o111) !== 0 });
  }

  #count(size: number): void {
    const { entries, unpackedBytes } = this.#bounds;
    this.#entries++;
    this.#bytes += size;
    if (this.#entries > entries) {
      throw new Fault('archive_too_large', `The archive holds more than ${entries} files and folders.`);
    }
    if (this.#bytes > unpackedBytes) {
      throw new Fault('archive_too_large', `The archive unpacks to more than ${unpackedBytes} bytes.`);
    }
  }

  #folder(path: string): void {
    if (path === '' || this.#folders.has(key(path))) return;
    this.#folder(parentOf(path));
    this.#spell(path);
    this.#folders.add(key(path));
    this.#reader.folder?.(path);
  }

  #spell(path: string): void {
    // Not every file system takes them, and what lists files breaks lines at them, or lets them move the cursor.
    if (/\p{Cc}/u.test(path)) {
      throw new Fault(
        'archive_invalid',
        `The name of the entry ${quoted(path)} holds a control character; rename it.`,
      );
    }
    const name = path.slice(path.lastIndexOf('/') + 1);
    const problem = windowsProblem(name);
    if (problem !== undefined) {
      throw new Fault(
        'archive_invalid',
        `Windows can have no ${quoted(path)}: its name ${problem}; rename it.`,
      );
    }
    if (Buffer.byteLength(name) > LONGEST_NAME) {
      throw new Fault(
        'archive_invalid',
        `No file can be called ${quoted(path)}: between two slashes there are more than ${LONGEST_NAME} bytes.`,
      );
    }
    const folded = key(fold(path));
    const other = this.#spelled.get(folded);
    if (other !== undefined) {
      throw new Fault(
        'archive_invalid',
        `The entries ${quoted(other)} and ${quoted(path)} are one file where case and the Unicode form of names do not count, as on macOS and Windows; rename one of them.`,
      );
    }
    this.#spelled.set(folded, path);
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
