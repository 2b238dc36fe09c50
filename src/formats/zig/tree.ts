import { Fault, quoted } from '../../kernel/index.ts';

type Kind = 'file' | 'link' | 'folder';

/** Bytes of all paths together that an archive may show. */
const MOST_PATH_BYTES = 32 * 1024 * 1024;

/**
 * The paths that an archive has shown so far; one character a byte. The compiler makes each file anew and never writes
 * over another, so what would be in its way is a problem of the archive.
 */
export class PackageTree {
  readonly #kinds = new Map<string, Kind>();
  #bytes = 0;
  /** Of the entry before, which mostly lies in the same folder. */
  #folder = '';

  /**
   * Takes in a file or link; returns what is wrong with it in a sentence, or undefined. An entry below a link is refused
   * in any case (Fault `archive_invalid`): it would be written elsewhere.
   */
  add(path: string, kind: 'file' | 'link'): string | undefined {
    const problem = this.#addFolders(path);
    if (problem !== undefined) return problem;
    const known = this.#kinds.get(path);
    if (known === 'folder')
      return `The entry ${show(path)} is there as a folder too; pack the archive again.`;
    if (known !== undefined) return `The archive holds ${show(path)} more than once; pack it again.`;
    this.#set(path, kind);
    return undefined;
  }

  #addFolders(path: string): string | undefined {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (folder === this.#folder) return undefined;
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash);
      const kind = this.#kinds.get(above);
      if (kind === 'link') {
        throw new Fault(
          'archive_invalid',
          `The entry ${show(path)} lies below the link ${show(above)}, which is refused.`,
        );
      }
      if (kind === 'file') return `The entry ${show(path)} needs a folder where the archive has a file.`;
      if (kind === undefined) this.#set(above, 'folder');
    }
    this.#folder = folder;
    return undefined;
  }

  #set(path: string, kind: Kind): void {
    this.#bytes += path.length;
    if (this.#bytes > MOST_PATH_BYTES) {
      throw new Fault(
        'archive_too_large',
        `The paths of the archive have more than ${MOST_PATH_BYTES} bytes.`,
      );
    }
    this.#kinds.set(path, kind);
  }
}

/** A path with one character a byte, in a sentence. */
export function show(path: string): string {
  return quoted(Buffer.from(path, 'latin1').toString());
}
