import { Fault } from '../errors.ts';
import { sha256Hex } from '../digest.ts';
import { quoted } from './paths.ts';

type Kind = 'file' | 'directory' | 'link';

/**
 * The paths that an archive has shown so far, so that no two entries write to one place. Which of two files of one
 * name survives differs between unpackers, and what is checked must be what is installed. Nothing may lie below a
 * link either, also where the file system folds case: the link would carry it elsewhere.
 */
export class ArchiveTree {
  readonly #kinds = new Map<string, Kind>();
  readonly #foldedLinks = new Set<string>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** Takes in an entry; Fault `archive_invalid` if another one is in its way, `archive_too_large` if it is one too many. */
  add(path: string, kind: Kind): void {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      this.#addFolder(path.slice(0, slash), path);
    }
    if (kind === 'directory') {
      this.#addFolder(path, path);
      return;
    }
    if (this.#kinds.has(key(path))) {
      throw new Fault('archive_invalid', `The archive holds ${quoted(path)} more than once; pack it again.`);
    }
    this.#set(path, kind);
    if (kind === 'link') this.#foldedLinks.add(key(fold(path)));
  }

  /** True if a file (not a folder, not a link) of this path has been seen. */
  hasFile(path: string): boolean {
    return this.#kinds.get(key(path)) === 'file';
  }

  #addFolder(folder: string, path: string): void {
    const kind = this.#kinds.get(key(folder));
    if ((kind !== undefined && kind !== 'directory') || this.#isLink(folder)) {
      throw new Fault(
        'archive_invalid',
        `The entry ${quoted(path)} needs a folder where the archive has a file or a link.`,
      );
    }
    if (kind === undefined) this.#set(folder, 'directory');
  }

  #isLink(path: string): boolean {
    return this.#foldedLinks.size > 0 && this.#foldedLinks.has(key(fold(path)));
  }

  #set(path: string, kind: Kind): void {
    if (this.#kinds.size >= this.#maxEntries) {
      throw new Fault(
        'archive_too_large',
        `The archive holds more than ${this.#maxEntries} files and folders.`,
      );
    }
    this.#kinds.set(key(path), kind);
  }
}

/** What file systems that ignore case or composition take for the same name. */
export function fold(path: string): string {
  // Upper case first: it takes together what lower case alone keeps apart, such as the two forms of a Greek sigma.
  return path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** Long paths are kept as digests: memory is bounded by the number of entries, not by the length of their names. */
export function key(path: string): string {
  return path.length <= 64 ? path : sha256Hex(path);
}
