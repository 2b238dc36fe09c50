import { Fault } from '../errors.ts';
import type { ArchiveLimits } from './limits.ts';
import { checkSymlink, entryPath, quoted } from './paths.ts';
import { ArchiveTree } from './tree.ts';
import { BLOCK, type ZeroBlocks } from './zero-blocks.ts';

/** One entry of an archive, as its header tells. */
export interface ArchiveEntry {
  /** Below the root, `/`-separated, without `.`, `..` and empty segments; `''` is the root itself. */
  path: string;
  /** `link` is a hard link. Devices, pipes and unknown types are refused before anybody sees them. */
  type: 'file' | 'directory' | 'symlink' | 'link';
  /** Bytes of content; 0 for all but files. */
  size: number;
  /** Permission bits. */
  mode: number;
  /** Where a link leads: a symbolic link's target as written, a hard link's as a path of the archive. */
  linkTarget?: string;
}

/** Asks for a file's content piece by piece; `end` is called once, behind the last of them. */
export interface WantedPieces {
  piece(bytes: Buffer): void;
  end(): void;
}

/** Asks for a file's content. */
export interface WantedContent {
  /** A longer file is refused with Fault `archive_too_large`. */
  maxBytes: number;
  /** `start`: where the content begins in the tar stream. `sizeElsewhere`: true if a pax record says the size of the file. */
  take(content: Buffer, start: number, sizeElsewhere: boolean): void;
}

export interface ArchiveSummary {
  /** Entries of every type. */
  entries: number;
  /** Entries that are files. */
  files: number;
  /** Bytes of all files' contents. */
  unpackedSize: number;
}

/** A header as the tar reader decodes it: its own types promise more than it keeps for hostile input. */
export interface TarHeader {
  name: string;
  /** Null for a type flag that it does not know. */
  type: string | null;
  /** Not always a number: null and NaN occur. */
  size: number;
  /** NaN if the field holds no octal number. */
  mode: number;
  linkname: string | null;
  /** Where the content begins in the tar stream. */
  byteOffset?: number;
  /** Records of the pax header before it. */
  pax?: unknown;
}

type EntryContent = AsyncIterable<unknown> & { resume(): unknown };

/** Judges the entries of one archive and hands them on. */
export class EntryReader {
  readonly summary: ArchiveSummary = { entries: 0, files: 0, unpackedSize: 0 };
  readonly #limits: ArchiveLimits;
  readonly #onEntry: (entry: ArchiveEntry) => WantedContent | WantedPieces | undefined;
  readonly #tree: ArchiveTree;
  readonly #zeros: ZeroBlocks | undefined;
  /** Where the content of the entry before ends in the tar stream. */
  #previousEnd = 0;

  /** With `zeros`, an entry behind the archive's end marker is refused. */
  constructor(
    limits: ArchiveLimits,
    onEntry: (entry: ArchiveEntry) => WantedContent | WantedPieces | undefined,
    zeros?: ZeroBlocks,
  ) {
    this.#limits = limits;
    this.#onEntry = onEntry;
    this.#zeros = zeros;
    this.#tree = new ArchiveTree(limits.entries);
  }

  /** Whether zeros that end the archive follow the last entry: what the tar reader complains of then lies behind them. */
  get hasEnded(): boolean {
    return this.#zeros?.within(this.#previousEnd, this.#previousEnd + BLOCK) === true;
  }

  /** Takes an entry in; `content` flows to whoever wants it or to nobody. */
  async read(header: TarHeader, content: EntryContent): Promise<void> {
    const entry = this.#judge(header);
    this.summary.entries++;
    if (entry.type === 'file') {
      this.summary.files++;
      this.summary.unpackedSize += entry.size;
    }
    const wanted = this.#onEntry(entry);
    if (wanted === undefined) {
      content.resume();
      return;
    }
    if ('piece' in wanted) {
      for await (const chunk of content) if (Buffer.isBuffer(chunk)) wanted.piece(chunk);
      wanted.end();
      return;
    }
    const collected = await this.#collect(entry, content, wanted.maxBytes);
    const { pax } = header;
    const sizeElsewhere = typeof pax === 'object' && pax !== null && 'size' in pax;
    wanted.take(collected, header.byteOffset ?? 0, sizeElsewhere);
  }

  #judge(header: TarHeader): ArchiveEntry {
    const path = entryPath(header.name, this.#limits.pathBytes);
    const type = entryType(header, path);
    // A folder's size says how much it may hold in old formats; no content follows it.
    const size = type === 'directory' ? 0 : header.size;
    this.#checkSizes(path, size, header.byteOffset ?? 0);
    this.#checkEnd(path, header.byteOffset ?? 0);
    this.#previousEnd = (header.byteOffset ?? 0) + Math.ceil(size / BLOCK) * BLOCK;
    this.#zeros?.forget(this.#previousEnd);
    const entry: ArchiveEntry = { path, type, size, mode: header.mode & 0o7777 };
    if (type === 'symlink' || type === 'link')
      entry.linkTarget = this.#linkTarget(entry, header.linkname ?? '');
    if (path !== '') this.#tree.add(path, type === 'symlink' || type === 'link' ? 'link' : type);
    return entry;
  }

  #checkSizes(path: string, size: number, contentStart: number): void {
    const { unpackedBytes, headerBytes } = this.#limits;
    // The tar reader takes some fields that hold no number for sizes that never come to an end.
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new Fault('archive_invalid', `The entry ${quoted(path)} has no valid size; pack it again.`);
    }
    if (size > unpackedBytes) {
      throw new Fault(
        'archive_too_large',
        `The entry ${quoted(path)} claims ${size} bytes, and an archive may unpack to ${unpackedBytes}.`,
      );
    }
    if (contentStart - this.#previousEnd > headerBytes) {
      throw new Fault(
        'archive_too_large',
        `The entry ${quoted(path)} has more than ${headerBytes} bytes of headers.`,
      );
    }
  }

  #checkEnd(path: string, contentStart: number): void {
    if (this.#zeros?.within(this.#previousEnd, contentStart) !== true) return;
    throw new Fault(
      'archive_invalid',
      `The entry ${quoted(path)} lies behind the end of the archive, where tar looks for nothing more; pack it again.`,
    );
  }

  #linkTarget(entry: ArchiveEntry, raw: string): string {
    if (entry.size > 0)
      throw new Fault('archive_invalid', `The link ${quoted(entry.path)} has content of its own.`);
    if (entry.type === 'symlink') {
      checkSymlink(entry.path, raw, this.#limits.pathBytes);
      return raw;
    }
    // A hard link to anything else could give the archive a second name for a file that was there before it.
    const target = entryPath(raw, this.#limits.pathBytes);
    if (!this.#tree.hasFile(target)) {
      throw new Fault(
        'archive_invalid',
        `The hard link ${quoted(entry.path)} to ${quoted(raw)} names no earlier file of the archive.`,
      );
    }
    return target;
  }

  async #collect(entry: ArchiveEntry, content: EntryContent, maxBytes: number): Promise<Buffer> {
    if (entry.size > maxBytes) {
      throw new Fault(
        'archive_too_large',
        `The file ${quoted(entry.path)} has ${entry.size} bytes, and at most ${maxBytes} can be read.`,
      );
    }
    const chunks: Buffer[] = [];
    for await (const chunk of content) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}

function entryType(header: TarHeader, path: string): ArchiveEntry['type'] {
  const type = header.type;
  if (path === '' && type !== 'directory') {
    throw new Fault(
      'archive_invalid',
      'The archive holds an entry other than a folder without a name; pack it again.',
    );
  }
  if (type === 'file' || type === 'contiguous-file') return 'file';
  if (type === 'directory' || type === 'symlink' || type === 'link') return type;
  throw new Fault(
    'archive_invalid',
    `The entry ${quoted(path)} is ${type === null ? 'of an unknown type' : `a ${type}`}; only files, folders and links are taken.`,
  );
}
