import type { Readable } from 'node:stream';
import {
  defaultArchiveLimits,
  Fault,
  quoted,
  readTarGz,
  type ArchiveEntry,
  type ArchiveLimits,
  type WantedContent,
} from '../../kernel/index.ts';

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

/** Protocols/vais 2: what an archive may hold. */
export const archiveBounds = { entries: 10_000, unpackedBytes: 100 * 1024 ** 2 };

/** Real manifests have a few hundred bytes. */
const LONGEST_MANIFEST = 256 * 1024;
/** A longer one is not shown. */
const LONGEST_README = 256 * 1024;

/** Folders that only paths imply count here too, and headers: the bounds themselves are kept below. */
const limits: ArchiveLimits = {
  ...defaultArchiveLimits,
  entries: 3 * archiveBounds.entries,
  unpackedBytes: archiveBounds.unpackedBytes + archiveBounds.entries * 2048,
};

const MANIFEST = 'vais.toml';
const SOURCES: ReadonlySet<string> = new Set(['src/lib.vais', 'src/main.vais']);

/**
 * Opens a Vais archive: a flat gzipped tar of files with `vais.toml` at its top (protocols/vais 3) and a source in `src/` (the seed,
 * «Package Structure»). Links are refused: nothing that packs a Vais package writes any. Faults `archive_invalid`, `archive_too_large`.
 */
export async function readVaisArchive(source: Readable, bounds = archiveBounds): Promise<VaisArchive> {
  const contents = new ArchiveContents(bounds);
  const { files, unpackedSize } = await readTarGz(source, (entry) => contents.entry(entry), limits);
  return { ...contents.finish(), files, unpackedSize };
}

class ArchiveContents {
  readonly #bounds: typeof archiveBounds;
  readonly #top = new Set<string>();
  #entries = 0;
  #bytes = 0;
  #hasSource = false;
  #manifest: Buffer | undefined;
  #readme: Buffer | undefined;
  /** A manifest one folder deeper: how people pack who leave out `-C`. */
  #nested: string | undefined;

  constructor(bounds: typeof archiveBounds) {
    this.#bounds = bounds;
  }

  entry({ path, type, size }: ArchiveEntry): WantedContent | undefined {
    this.#count(size);
    if (type === 'symlink' || type === 'link') {
      throw new Fault(
        'archive_invalid',
        `The entry ${quoted(path)} is a link; a Vais package holds files and folders only.`,
      );
    }
    if (type === 'directory') return undefined;
    if (SOURCES.has(path)) this.#hasSource = true;
    if (path.endsWith(`/${MANIFEST}`)) this.#nested ??= path;
    return path.includes('/') ? undefined : this.#topFile(path, size);
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

  #count(size: number): void {
    const { entries, unpackedBytes } = this.#bounds;
    this.#entries += 1;
    this.#bytes += size;
    if (this.#entries > entries) {
      throw new Fault('archive_too_large', `The archive holds more than ${entries} files and folders.`);
    }
    if (this.#bytes > unpackedBytes) {
      throw new Fault('archive_too_large', `The archive unpacks to more than ${unpackedBytes} bytes.`);
    }
  }

  #topFile(name: string, size: number): WantedContent | undefined {
    // File systems that fold case would keep only one of vais.toml and Vais.toml.
    const folded = name.toLowerCase();
    const isKnown = folded === MANIFEST || folded === 'readme.md';
    if (isKnown && this.#top.has(folded)) {
      throw new Fault('archive_invalid', `The archive holds ${folded} more than once; pack it again.`);
    }
    this.#top.add(folded);
    if (name === MANIFEST) {
      return { maxBytes: LONGEST_MANIFEST, take: (content) => void (this.#manifest = content) };
    }
    if (folded === 'readme.md' && size <= LONGEST_README) {
      return { maxBytes: LONGEST_README, take: (content) => void (this.#readme = content) };
    }
    return undefined;
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
