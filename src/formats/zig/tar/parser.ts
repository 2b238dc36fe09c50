import { Fault, quoted, type ArchiveLimits } from '../../../kernel/index.ts';
import { BLOCK, decodeBlock, type TarBlock } from './header.ts';
import { decodePax, type PaxRecords } from './pax.ts';

/** One entry of an archive. Texts have one character a byte, as hashes are made of bytes. */
export interface TarEntry {
  /** As written, with long names put in. */
  name: string;
  type: 'file' | 'directory' | 'symlink' | 'other';
  /** The type flag of tar: `1` is a hard link, `3` a device, … */
  flag: string;
  size: number;
  /** Of a symbolic link. */
  target: string;
  /** Its name is read differently by GNU tar. */
  isAmbiguous: boolean;
}

/** Takes the content of a file, piece by piece; a piece is only valid during the call. */
export interface ContentSink {
  write(piece: Buffer): void;
  end(): void;
}

const TYPES: Record<string, TarEntry['type']> = { 0: 'file', 2: 'symlink', 5: 'directory' };

/**
 * Reads a tar stream that is pushed into it, as Zig's compiler does (`std.tar`): pax and GNU long names are honoured,
 * global pax headers passed over, and the first block of zeros ends the archive. It works on the pieces as they come,
 * without a stream for each entry: a package of many small files is read as fast as one large one.
 */
export class TarParser {
  readonly #limits: ArchiveLimits;
  readonly #onEntry: (entry: TarEntry) => ContentSink | undefined;
  #entries = 0;
  #ended = false;
  /** A block or a long header of which only a part has come. */
  readonly #partial: Buffer[] = [];
  #partialBytes = 0;
  /** Bytes of the content that are still to come, and of the filling behind it. */
  #content = 0;
  #padding = 0;
  #sink: ContentSink | undefined;
  /** The long header that is being read. */
  #long: { flag: string; size: number } | undefined;
  #headerBytes = 0;
  #pax: PaxRecords = {};
  /** The sparse file of whose map more blocks are coming, before its content does. */
  #sparse: TarBlock | undefined;

  constructor(limits: ArchiveLimits, onEntry: (entry: TarEntry) => ContentSink | undefined) {
    this.#limits = limits;
    this.#onEntry = onEntry;
  }

  /** Faults `archive_invalid`, `archive_too_large` and what `onEntry` throws. */
  write(piece: Buffer): void {
    let at = 0;
    while (at < piece.length && !this.#ended) {
      if (this.#content > 0) at += this.#takeContent(piece, at);
      else if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, piece.length - at);
        this.#padding -= skipped;
        at += skipped;
      } else at += this.#takeHeader(piece, at);
    }
  }

  /** To be called when nothing more comes. Fault `archive_invalid` if something is missing. */
  end(): void {
    // Marks at the end of an archive are often left out.
    if (
      this.#ended ||
      (this.#content === 0 && this.#padding === 0 && this.#partialBytes === 0 && !this.#long && !this.#sparse)
    ) {
      return;
    }
    throw new Fault('archive_invalid', 'The archive ends too early; send it again whole.');
  }

  #takeContent(piece: Buffer, at: number): number {
    const length = Math.min(this.#content, piece.length - at);
    this.#sink?.write(piece.subarray(at, at + length));
    this.#content -= length;
    if (this.#content === 0) this.#endContent();
    return length;
  }

  #endContent(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end();
  }

  /** Collects a block, or a long header, and passes on what is whole. Returns how many bytes it took. */
  #takeHeader(piece: Buffer, at: number): number {
    const wanted = (this.#long?.size ?? BLOCK) - this.#partialBytes;
    const part = piece.subarray(at, at + wanted);
    if (part.length < wanted) {
      this.#partial.push(Buffer.from(part));
      this.#partialBytes += part.length;
      return part.length;
    }
    const whole = this.#partialBytes === 0 ? part : Buffer.concat([...this.#partial, part]);
    this.#partial.length = 0;
    this.#partialBytes = 0;
    if (this.#long) this.#takeLong(this.#long, whole);
    else if (this.#sparse) this.#takeMap(this.#sparse, whole);
    else this.#takeBlock(whole);
    return part.length;
  }

  #takeBlock(bytes: Buffer): void {
    const block = decodeBlock(bytes);
    if (block === undefined) {
      this.#ended = true;
      return;
    }
    if (!/^[LKxg]$/.test(block.flag)) {
      if (block.flag === 'S' && block.isExtended) this.#sparse = block;
      else this.#startEntry(block);
      return;
    }
    this.#headerBytes += block.size;
    // Also where the size is no number.
    if (!(this.#headerBytes <= this.#limits.headerBytes)) {
      throw new Fault(
        'archive_too_large',
        `The entry ${quoted(block.name)} has more than ${this.#limits.headerBytes} bytes of headers.`,
      );
    }
    this.#long = { flag: block.flag, size: block.size };
    // An empty one says something too: that what was said before does not count.
    if (block.size === 0) this.#takeLong(this.#long, Buffer.alloc(0));
  }

  /** Passes over a block with more of a sparse file's map (GNU, `struct sparse_header`). */
  #takeMap(block: TarBlock, bytes: Buffer): void {
    if ((bytes[504] ?? 0) > 0) return;
    this.#sparse = undefined;
    this.#startEntry(block);
  }

  #takeLong({ flag, size }: { flag: string; size: number }, bytes: Buffer): void {
    this.#long = undefined;
    this.#padding = filling(size);
    if (flag === 'x') this.#pax = decodePax(bytes);
    else if (flag === 'L') this.#pax.path = upToNul(bytes);
    else if (flag === 'K') this.#pax.linkpath = upToNul(bytes);
  }

  #startEntry(block: TarBlock): void {
    this.#headerBytes = 0;
    const entry = this.#entryOf(block);
    this.#check(entry);
    this.#content = entry.size;
    this.#padding = filling(entry.size);
    this.#sink = this.#onEntry(entry);
    if (entry.size === 0) this.#endContent();
  }

  #entryOf(block: TarBlock): TarEntry {
    const type = TYPES[block.flag] ?? 'other';
    const { flag, rawName, linkTarget, isAmbiguous } = block;
    // The compiler passes over it by its own header alone, and gives what long headers said to the entry behind it.
    if (type === 'other') {
      return { name: rawName, type, flag, size: block.size, target: linkTarget, isAmbiguous };
    }
    if (Number.isNaN(block.mode)) {
      throw new Fault('archive_invalid', `The entry ${quoted(block.name)} has no valid mode; pack it again.`);
    }
    const { path, linkpath, size = 0 } = this.#pax;
    this.#pax = {};
    return {
      // An empty value takes the header's, as the compiler has it.
      name: path || block.name,
      type,
      flag,
      size: size === 0 ? block.size : size,
      target: linkpath || linkTarget,
      isAmbiguous: isAmbiguous && !path,
    };
  }

  #check({ name, size, target }: TarEntry): void {
    const { entries, unpackedBytes, pathBytes } = this.#limits;
    if (++this.#entries > entries) {
      throw new Fault('archive_too_large', `The archive holds more than ${entries} files and folders.`);
    }
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new Fault('archive_invalid', `The entry ${quoted(name)} has no valid size; pack it again.`);
    }
    if (size > unpackedBytes) {
      throw new Fault(
        'archive_too_large',
        `The entry ${quoted(name)} claims ${size} bytes, and an archive may unpack to ${unpackedBytes}.`,
      );
    }
    if (name.length > pathBytes || target.length > pathBytes) {
      throw new Fault(
        'archive_too_large',
        `The entry ${quoted(name)} has a path of more than ${pathBytes} bytes.`,
      );
    }
  }
}

function filling(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function upToNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
}
