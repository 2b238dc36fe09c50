import type { Readable } from 'node:stream';
import { defaultArchiveLimits, Fault, isFault, unpackGzip } from '../../kernel/index.ts';
import { FileHasher } from './entry-hash.ts';
import { hashLink, hashPackage, type HashedEntry, type ZigHashes } from './hash.ts';
import { IncludedPaths } from './included.ts';
import { MANIFEST_NAME, readZigManifest, type ZigManifest } from './manifest.ts';
import { entryPath, rootOf } from './paths.ts';
import { TarParser, type ContentSink, type TarEntry } from './tar/index.ts';
import { PackageTree, show } from './tree.ts';
import { defaultZonLimits } from './zon/index.ts';

/** How to read an archive. */
export interface PackageReading {
  /** False to take the archive as it is, which has to be done if reading it with true has found `RootsDiffer`. */
  strip: boolean;
  /** True to refuse what compilers or other readers of archives take differently. */
  strict: boolean;
  /** Of the manifest, bytes: reading ends with `LongManifest` at a longer one. */
  manifestBytes?: number;
}

/** What an archive holds, as Zig's compiler would find it. Plain data, which may go to another thread. */
export interface ZigPackage extends ZigHashes {
  /** Null of an archive without build.zig.zon in its root. */
  manifest: ZigManifest | null;
  /** The one folder that holds everything, one character a byte; `''` if there is none, and nothing is stripped. */
  root: string;
  /** Bytes of the files that `paths` keeps: the size in the hash. */
  size: number;
  /** Files that `paths` keeps. */
  files: number;
  /** True if `paths` keeps the manifest itself. */
  keepsManifest: boolean;
}

/** The first entry lies in a folder, and this one does not: the archive has no root to strip. */
export interface RootsDiffer {
  /** A clause that names both. */
  differs: string;
}

/** The manifest is longer than was to be read here. */
export interface LongManifest {
  isLong: true;
}

class DifferentRoot extends Error {}
class ManifestIsLong extends Error {}

/**
 * Reads a gzipped tar archive once and computes what identifies its package (Zig 0.16, `Package/Fetch.zig`). Files are
 * hashed as they stream by; only the manifest and one digest for each entry are kept. Rejects with Faults
 * `archive_invalid`, `archive_too_large`, `manifest_invalid`, `too_large`, and with errors of `source`.
 */
export async function readPackage(
  source: Readable,
  how: PackageReading,
): Promise<ZigPackage | RootsDiffer | LongManifest> {
  const reader = new PackageReader(how);
  const tar = new TarParser(defaultArchiveLimits, (entry) => reader.entry(entry));
  try {
    await unpackGzip(source, (piece) => tar.write(piece));
  } catch (error) {
    if (error instanceof DifferentRoot) return { differs: error.message };
    if (error instanceof ManifestIsLong) return { isLong: true };
    throw error;
  }
  tar.end();
  return reader.finish();
}

/** A problem of an entry, which counts only if `paths` keeps the entry. */
interface Problem {
  /** With the root folder, which may not be known yet. */
  whole: string;
  sentence: string;
}

/** Hostile archives would otherwise hold a sentence for each of their entries. */
const MOST_PROBLEMS = 1000;

class PackageReader {
  readonly #how: PackageReading;
  readonly #tree = new PackageTree();
  readonly #hasher = new FileHasher();
  #root: string | undefined;
  #manifest: ZigManifest | null = null;
  /** What is wrong with the manifest, if the folder that it lies in is the root of the archive. */
  #manifestFault: Fault | undefined;
  #included: IncludedPaths | undefined;
  #entries: (HashedEntry & { size: number })[] = [];
  #problems: Problem[] = [];

  constructor(how: PackageReading) {
    this.#how = how;
  }

  entry(entry: TarEntry): ContentSink | undefined {
    const whole = entryPath(entry);
    if (this.#how.strict) refuseDoubtful(entry);
    if (whole === '') return undefined;
    if (entry.type === 'other') {
      this.#hold(
        whole,
        `The entry ${show(whole)} is ${nameOf(entry.flag)}; only files, folders and symbolic links are taken.`,
      );
      return undefined;
    }
    this.#findRoot(whole, entry.type === 'directory');
    // Folders without files vanish.
    if (entry.type === 'directory') return undefined;
    const path = this.#belowRoot(whole);
    const problem =
      this.#tree.add(path, entry.type === 'symlink' ? 'link' : 'file') ?? whyNotMade(whole, entry);
    if (problem !== undefined) {
      this.#hold(whole, problem);
      return undefined;
    }
    return entry.type === 'symlink' ? this.#link(path, entry.target) : this.#file(path, entry.size);
  }

  finish(): ZigPackage {
    if (this.#manifestFault) throw this.#manifestFault;
    const included = this.#included ?? new IncludedPaths(null);
    const problem = this.#problems.find(({ whole }) => included.has(this.#belowRoot(whole)));
    if (problem) throw new Fault('archive_invalid', problem.sentence);
    const size = this.#entries.reduce((sum, entry) => sum + entry.size, 0);
    return {
      ...hashPackage(this.#entries, size, this.#manifest),
      manifest: this.#manifest,
      root: this.#root ?? '',
      size,
      files: this.#entries.length,
      keepsManifest: this.#manifest !== null && included.has(MANIFEST_NAME),
    };
  }

  /** The first entry tells which folder it would be; each that follows must agree. */
  #findRoot(path: string, isFolder: boolean): void {
    if (!this.#how.strip) {
      this.#root = '';
      return;
    }
    if (this.#root === '') return;
    const root = rootOf(path, isFolder);
    this.#root ??= root;
    if (root !== this.#root) {
      throw new DifferentRoot(`${show(path)} does not lie in the folder ${show(this.#root)}`);
    }
  }

  #belowRoot(path: string): string {
    const root = this.#root ?? '';
    return root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  }

  #link(path: string, target: string): undefined {
    if (path === MANIFEST_NAME) {
      this.#manifestFault = new Fault(
        'archive_invalid',
        `${MANIFEST_NAME} is a link in the archive; it must be a file.`,
      );
    }
    if (this.#included?.has(path) !== false)
      this.#entries.push({ path, hash: hashLink(path, target), size: 0 });
    return undefined;
  }

  #file(path: string, size: number): ContentSink | undefined {
    const isManifest = path === MANIFEST_NAME;
    if (!isManifest && this.#included?.has(path) === false) return undefined;
    if (isManifest && size > defaultZonLimits.bytes) {
      this.#manifestFault = new Fault(
        'too_large',
        `${MANIFEST_NAME} has ${size} bytes, and at most ${defaultZonLimits.bytes} are read.`,
      );
      return undefined;
    }
    if (isManifest && size > (this.#how.manifestBytes ?? Infinity)) throw new ManifestIsLong();
    return this.#hasher.file(
      path,
      size,
      (hash, content) => {
        this.#entries.push({ path, hash, size });
        if (isManifest) this.#readManifest(content);
      },
      isManifest,
    );
  }

  /** From now on it is known what is left out; what came before is sorted out again. */
  #readManifest(content: Buffer): void {
    try {
      this.#manifest = readZigManifest(content);
    } catch (error) {
      if (!isFault(error)) throw error;
      this.#manifestFault = error;
      return;
    }
    const included = new IncludedPaths(this.#manifest.paths);
    this.#included = included;
    this.#entries = this.#entries.filter(({ path }) => included.has(path));
    this.#problems = this.#problems.filter(({ whole }) => included.has(this.#belowRoot(whole)));
  }

  #hold(whole: string, sentence: string): void {
    if (this.#included?.has(this.#belowRoot(whole)) === false) return;
    this.#problems.push({ whole, sentence });
    if (this.#problems.length > MOST_PROBLEMS) throw new Fault('archive_invalid', sentence);
  }
}

/** What no version of the compiler takes, or only some do. Fault `archive_invalid`. */
function refuseDoubtful({ name, flag, isAmbiguous }: TarEntry): void {
  if (isAmbiguous) {
    throw new Fault(
      'archive_invalid',
      `The entry ${show(name)} has a prefix in a header of GNU tar, which readers take differently; pack it as ustar or pax.`,
    );
  }
  if (flag === 'S') {
    throw new Fault(
      'archive_invalid',
      `The entry ${show(name)} is a sparse file, which not every version of Zig unpacks; pack it without --sparse.`,
    );
  }
}

/** Bytes that a file system takes for one name. */
const LONGEST_SEGMENT = 255;

function whyNotMade(path: string, { type, target }: TarEntry): string | undefined {
  if (path.length > LONGEST_SEGMENT && path.split('/').some((segment) => segment.length > LONGEST_SEGMENT)) {
    return `The entry ${show(path)} has a name of more than ${LONGEST_SEGMENT} bytes, which no file system takes.`;
  }
  if (type === 'symlink' && target === '') return `The link ${show(path)} leads nowhere; give it a target.`;
  return undefined;
}

const FLAGS: Record<string, string> = {
  1: 'a hard link',
  3: 'a character device',
  4: 'a block device',
  6: 'a named pipe',
  7: 'a contiguous file',
  S: 'a sparse file',
};

function nameOf(flag: string): string {
  return FLAGS[flag] ?? 'of an unknown type';
}
