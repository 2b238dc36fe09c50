import { Fault } from '../../kernel/light/index.ts';

/** A version as the index tells of it (protocols/vais 2). */
export interface IndexedVersion {
  version: string;
  /** SHA-256 of the archive, lower-case hex. */
  checksum: string;
  yanked: boolean;
  dependencies: readonly { name: string; requirement: string }[];
  /** Where the archive is, if not at its usual place. */
  url: string | undefined;
  /** Bytes of the archive. */
  size: number | undefined;
}

export interface IndexedPackage {
  name: string;
  description: string | undefined;
  license: string | undefined;
  homepage: string | undefined;
  repository: string | undefined;
  keywords: readonly string[];
  authors: readonly string[];
  /** Newest published first, as the registry has them. */
  versions: readonly IndexedVersion[];
  /** How many more there are that make no sense. */
  unreadable: number;
}

type Fields = Record<string, unknown>;

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;
const LONGEST_VERSION = 128;

/** True for what may become a folder or file of this name: they come from registries and from other people's lock files. */
export function isPackageName(name: string): boolean {
  return NAME.test(name);
}

export function isPackageVersion(version: string): boolean {
  return version.length <= LONGEST_VERSION && VERSION.test(version);
}

/**
 * All packages of a registry, as `/index.json` tells. Each is looked at when it is asked for, and what makes no sense is passed over
 * (an entry, a version): one that somebody broke must not keep everybody from all others.
 */
export class PackageIndex {
  readonly #packages = new Map<string, Fields>();
  readonly #read = new Map<string, IndexedPackage>();

  /** Fault `unavailable` for what is no index; `from` says in it what was read. */
  constructor(bytes: Uint8Array, from: string) {
    let entries: unknown;
    try {
      entries = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
    } catch {
      entries = undefined;
    }
    if (!Array.isArray(entries)) {
      throw new Fault('unavailable', `${from} is no index of packages; check the address of the registry.`);
    }
    for (const entry of entries) {
      if (isFields(entry) && typeof entry['name'] === 'string' && isPackageName(entry['name'])) {
        this.#packages.set(entry['name'], entry);
      }
    }
  }

  get size(): number {
    return this.#packages.size;
  }

  /** In the registry's order, which is that of the alphabet. */
  names(): IterableIterator<string> {
    return this.#packages.keys();
  }

  package(name: string): IndexedPackage | undefined {
    const read = this.#read.get(name);
    if (read !== undefined) return read;
    const fields = this.#packages.get(name);
    if (fields === undefined) return undefined;
    const made = readPackage(name, fields);
    this.#read.set(name, made);
    return made;
  }

  version(name: string, version: string): IndexedVersion | undefined {
    return this.package(name)?.versions.find((one) => one.version === version);
  }

  /** For the resolver: what there is of a package to choose from. */
  candidates(name: string): readonly IndexedVersion[] | undefined {
    return this.package(name)?.versions;
  }

  /** For the resolver: versions that were passed over. */
  unreadable(name: string): number {
    return this.package(name)?.unreadable ?? 0;
  }
}

function readPackage(name: string, fields: Fields): IndexedPackage {
  const entries = Array.isArray(fields['versions']) ? fields['versions'] : [];
  const versions = entries.map(readIndexedVersion).filter((version) => version !== undefined);
  return {
    name,
    description: text(fields['description']),
    license: text(fields['license']),
    homepage: text(fields['homepage']),
    repository: text(fields['repository']),
    keywords: texts(fields['keywords']),
    authors: texts(fields['authors']),
    versions,
    unreadable: entries.length - versions.length,
  };
}

function readIndexedVersion(fields: unknown): IndexedVersion | undefined {
  if (!isFields(fields)) return undefined;
  const { version, checksum, yanked, size, download_url: url } = fields;
  if (typeof version !== 'string' || !isPackageVersion(version)) return undefined;
  if (typeof checksum !== 'string' || !/^[0-9a-f]{64}$/i.test(checksum)) return undefined;
  const dependencies = readDependencies(fields['dependencies']);
  if (dependencies === undefined) return undefined;
  return {
    version,
    checksum: checksum.toLowerCase(),
    yanked: yanked === true,
    dependencies,
    url: typeof url === 'string' && /^https?:$/.test(URL.parse(url)?.protocol ?? '') ? url : undefined,
    size: typeof size === 'number' && Number.isSafeInteger(size) && size > 0 ? size : undefined,
  };
}

/** Undefined if they cannot be known: such a version is no candidate. */
function readDependencies(value: unknown): IndexedVersion['dependencies'] | undefined {
  if (value === undefined || value === null) return [];
  if (!isFields(value)) return undefined;
  const read = Object.entries(value).map(([name, entry]) => ({
    name,
    requirement: typeof entry === 'string' ? entry : isFields(entry) ? entry['req'] : undefined,
  }));
  return read.every(isReadable) ? read : undefined;
}

function isReadable(one: {
  name: string;
  requirement: unknown;
}): one is { name: string; requirement: string } {
  return isPackageName(one.name) && typeof one.requirement === 'string';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
