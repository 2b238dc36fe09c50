import type { Readable } from 'node:stream';
import {
  Fault,
  quoted,
  readPortableTarGz,
  type PortableFile,
  type PortableReader,
  type WantedContent,
} from '../../kernel/index.ts';
import { archiveBounds } from './bounds.ts';

/** What an archive holds, as plain data that may go to another thread. */
export interface VaisArchive {
  /** Text of `vais.toml`. */
  manifest: string;
  /** Text of the README beside it; null if there is none, or a very long one. */
  readme: string | null;
  files: number;
  /** Bytes of all files. */
  unpackedSize: number;
}

/** Real manifests have a few hundred bytes. */
const LONGEST_MANIFEST = 256 * 1024;
/** A longer one is not shown. */
const LONGEST_README = 256 * 1024;

const MANIFEST = 'vais.toml';
const SOURCES: ReadonlySet<string> = new Set(['src/lib.vais', 'src/main.vais']);

/**
 * Opens a Vais archive: a flat gzipped tar of files with `vais.toml` at its top (protocols/vais 3) and a source in `src/` (the seed,
 * «Package Structure»), by the rules by which clients unpack it (`readPortableTarGz`): nothing is published that cannot be installed. Faults
 * `archive_invalid`, `archive_too_large`.
 */
export async function readVaisArchive(source: Readable, bounds = archiveBounds): Promise<VaisArchive> {
  const contents = new ArchiveContents();
  const { files, unpackedSize } = await readPortableTarGz(source, contents, bounds);
  return { ...contents.finish(), files, unpackedSize };
}

class ArchiveContents implements PortableReader {
  #hasSource = false;
  #manifest: Buffer | undefined;
  #readme: Buffer | undefined;
  /** A manifest one folder deeper: how people pack who leave out `-C`. */
  #nested: string | undefined;

  file({ path, size }: PortableFile): WantedContent | undefined {
    if (SOURCES.has(path)) this.#hasSource = true;
    if (path.endsWith(`/${MANIFEST}`)) this.#nested ??= path;
    if (path === MANIFEST) {
      return { maxBytes: LONGEST_MANIFEST, take: (content) => void (this.#manifest = content) };
    }
    if (path.toLowerCase() === 'readme.md' && size <= LONGEST_README) {
      return { maxBytes: LONGEST_README, take: (content) => void (this.#readme = content) };
    }
    return undefined;
  }

  finish(): Pick<VaisArchive, 'manifest' | 'readme'> {
    if (this.#manifest === undefined) throw this.#noManifest();
    if (!this.#hasSource) {
      throw new Fault(
        'archive_invalid',
        'The archive holds neither src/lib.vais nor src/main.vais; a Vais package needs one of them.',
      );
    }
    return { manifest: textOf(this.#manifest), readme: this.#readme?.toString('utf8') ?? null };
  }

  #noManifest(): Fault {
    const hint =
      this.#nested === undefined
        ? 'pack the folder that holds it'
        : `it lies at ${quoted(this.#nested)}: pack that folder's files without the folder`;
    return new Fault('archive_invalid', `The archive holds no ${MANIFEST} at its top; ${hint}.`);
  }
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Fault('archive_invalid', `${MANIFEST} in the archive is not UTF-8; save it as that.`, {
      cause,
    });
  }
}
