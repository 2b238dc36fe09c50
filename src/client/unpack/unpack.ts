import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  defaultArchiveLimits,
  quoted,
  readTarGz,
  type ArchiveEntry,
  type ArchiveLimits,
  type WantedPieces,
} from '../../kernel/archive/index.ts';
import { errnoOf, Fault } from '../../kernel/light/index.ts';

export interface UnpackedFile {
  /** Below the folder, `/`-separated. */
  path: string;
  /** Bytes. */
  size: number;
  /** Lower-case hex. */
  sha256: string;
}

export interface Unpacked {
  files: UnpackedFile[];
  /** Paths of all folders, those that only paths imply too, parents first; without the root. */
  folders: string[];
}

/** What a registry takes (protocols/vais 2), which no client has to exceed. */
export const unpackBounds = { entries: 10_000, unpackedBytes: 100 * 1024 ** 2 };

/** Folders that only paths imply, and headers, count here too: as in the registry, the bounds themselves are kept below. */
const limits: ArchiveLimits = {
  ...defaultArchiveLimits,
  entries: 3 * unpackBounds.entries,
  unpackedBytes: unpackBounds.unpackedBytes + unpackBounds.entries * 2048,
};

/**
 * Unpacks a gzipped tar archive into `folder`, which has to be empty and nobody else's. Nothing is written outside of it: there are files
 * and folders only, of paths below it, no two of one name however a file system compares them. Faults `archive_invalid` and
 * `archive_too_large` name the entry; what was written until then stays for the caller to remove.
 */
export async function unpack(source: Readable, folder: string, bounds = unpackBounds): Promise<Unpacked> {
  const unpacking = new Unpacking(folder, bounds);
  try {
    await readTarGz(source, (entry) => unpacking.entry(entry), limits);
    return unpacking.finish();
  } finally {
    unpacking.close();
  }
}

class Unpacking {
  readonly #root: string;
  readonly #bounds: typeof unpackBounds;
  readonly #files: UnpackedFile[] = [];
  readonly #folders = new Set<string>();
  /** As they were first written, by how a file system that folds case sees them. */
  readonly #spelled = new Map<string, string>();
  #entries = 0;
  #bytes = 0;
  #open: number | undefined;

  constructor(root: string, bounds: typeof unpackBounds) {
    this.#root = root;
    this.#bounds = bounds;
  }

  entry({ path, type, size, mode }: ArchiveEntry): WantedPieces | undefined {
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
    this.#folder(dirname(path));
    this.#spell(path);
    return this.#file(path, (mode & 0o111) === 0 ? 0o644 : 0o755);
  }

  finish(): Unpacked {
    return { files: this.#files, folders: [...this.#folders] };
  }

  close(): void {
    if (this.#open !== undefined) closeSync(this.#open);
    this.#open = undefined;
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
    if (path === '' || path === '.' || this.#folders.has(path)) return;
    this.#folder(dirname(path));
    this.#spell(path);
    writing(path, () => mkdirSync(join(this.#root, path)));
    this.#folders.add(path);
  }

  #spell(path: string): void {
    const folded = path.normalize('NFKC').toLowerCase();
    const other = this.#spelled.get(folded);
    if (other !== undefined) {
      throw new Fault(
        'archive_invalid',
        `The entries ${quoted(other)} and ${quoted(path)} are one file where case does not count, which is refused.`,
      );
    }
    this.#spelled.set(folded, path);
  }

  /** Writing at once, piece by piece, is faster for many small files than waiting for each, and holds no large one in memory. */
  #file(path: string, mode: number): WantedPieces {
    const hash = createHash('sha256');
    let size = 0;
    // `wx` neither overwrites nor follows what should not be there.
    const file = writing(path, () => openSync(join(this.#root, path), 'wx', mode));
    this.#open = file;
    return {
      piece: (bytes) => {
        hash.update(bytes);
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
        size += bytes.length;
      },
      end: () => {
        this.close();
        this.#files.push({ path, size, sha256: hash.digest('hex') });
      },
    };
  }
}

/** A name that this file system does not take is the archive's fault, not the system's. */
function writing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!['ENAMETOOLONG', 'EINVAL', 'EILSEQ', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
    throw new Fault('archive_invalid', `No file here can be called ${quoted(path)}.`, { cause: error });
  }
}
