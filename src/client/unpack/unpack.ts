import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  quoted,
  readPortableTarGz,
  type PortableFile,
  type PortableReader,
  type WantedPieces,
} from '../../kernel/archive/index.ts';
import { errnoOf, Fault } from '../../kernel/light/index.ts';
import { archiveBounds } from '../../formats/vais/light/index.ts';

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

/**
 * Unpacks a gzipped tar archive into `folder`, which has to be empty and nobody else's. Nothing is written outside of it: the
 * rules are those by which the registry took the archive in (`readPortableTarGz`). Faults `archive_invalid` and `archive_too_large` name
 * the entry; what was written until then stays for the caller to remove.
 */
export async function unpack(source: Readable, folder: string, bounds = archiveBounds): Promise<Unpacked> {
  const unpacking = new Unpacking(folder);
  try {
    await readPortableTarGz(source, unpacking, bounds);
    return unpacking.finish();
  } finally {
    unpacking.close();
  }
}

class Unpacking implements PortableReader {
  readonly #root: string;
  readonly #files: UnpackedFile[] = [];
  readonly #folders: string[] = [];
  #open: number | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  folder(path: string): void {
    writing(path, () => mkdirSync(join(this.#root, path)));
    this.#folders.push(path);
  }

  /** Writing at once, piece by piece, is faster for many small files than waiting for each, and holds no large one in memory. */
  file({ path, isExecutable }: PortableFile): WantedPieces {
    const hash = createHash('sha256');
    let size = 0;
    // `wx` neither overwrites nor follows what should not be there.
    const file = writing(path, () => openSync(join(this.#root, path), 'wx', isExecutable ? 0o755 : 0o644));
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

  finish(): Unpacked {
    return { files: this.#files, folders: this.#folders };
  }

  close(): void {
    if (this.#open !== undefined) closeSync(this.#open);
    this.#open = undefined;
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
