import type { NewEvent } from '../../ledger/index.ts';

/** A named space of packages of one format. */
export interface RegistryRow {
  id: number;
  name: string;
  /** `npm`, later `zig`, `vais`, `deb`, `aam`, `oak`. */
  format: string;
  createdAt: number;
}

/** Where a package's versions come from. Versions of two origins never stand in one document. */
export type Origin = 'local' | 'upstream';

/** The head of a package: what a reader must know before it touches a document. */
export interface PackageRow {
  id: number;
  registryId: number;
  name: string;
  origin: Origin;
  /** Raised by every change of the package, its versions or tags. */
  revision: number;
  createdAt: number;
  updatedAt: number;
}

/** A version as documents need it. Texts are JSON that the format made at publish; nobody parses them to serve them. */
export interface VersionRow {
  id: number;
  version: string;
  /** The format's full document of this version, without what Kontor adds. */
  manifest: string;
  /** The format's short document of this version, likewise. */
  summary: string;
  publishedAt: number;
  publisherId: number | null;
  artifacts: ArtifactRow[];
}

/** A file of a version and the blob behind it. */
export interface ArtifactRow {
  file: string;
  sha256: string;
  /** Lower-case hex. */
  sha1: string;
  /** Base64. */
  sha512: string;
  /** Bytes. */
  size: number;
  /** JSON object of the format's further facts on the file (npm: file count, unpacked size, signatures). */
  facts: string;
}

/** An artifact with what is needed to serve it. */
export interface StoredArtifact extends ArtifactRow {
  packageId: number;
  version: string;
  /** Key in the blob store. */
  key: string;
}

export interface PublishArtifact extends ArtifactRow {
  /** Where the publisher promoted the bytes, or null: the blob was known, use the one that has this SHA-256. */
  key: string | null;
}

/** Everything a publish changes, as one command. */
export interface PublishCommand {
  registryId: number;
  name: string;
  origin: Origin;
  version: string;
  /** What makes the version unique in its format (semver: without build metadata). */
  versionKey: string;
  manifest: string;
  summary: string;
  /** Shown for the package when this version is the latest one; null if there is none. */
  readme: string | null;
  artifacts: PublishArtifact[];
  /** Tags to set to this version. */
  tags: string[];
  /** A tag that is set too if the package does not have it yet; null for none. */
  fallbackTag: string | null;
  /** Who publishes; null for what comes from upstream. */
  publisherId: number | null;
  /** True if the publisher may write to packages that others own. */
  overrideOwnership: boolean;
  at: number;
  event: NewEvent;
}

export type PublishOutcome =
  | {
      outcome: 'published';
      packageId: number;
      revision: number;
      /** Promoted keys that no row uses: the same bytes were here already. */ unusedKeys: string[];
    }
  /** A blob that was known has gone, or a key was swept, since the publisher looked: promote the staged bytes anew and repeat. */
  | { outcome: 'blob-gone'; sha256: string };

export interface TagCommand {
  registryId: number;
  name: string;
  tag: string;
  /** The version to point at, or null to remove the tag. */
  version: string | null;
  actorId: number;
  overrideOwnership: boolean;
  at: number;
  event: NewEvent;
}

export interface Owner {
  id: number;
  name: string;
  email: string | null;
}

/** A blob row in `verify` and in the sweeper. */
export interface BlobRow {
  key: string;
  sha256: string;
  size: number;
}

/**
 * The truth about packages. Writes are whole commands with their preconditions: they happen entirely, durably and once, or
 * reject with a Fault and leave nothing. Faults name what stood in the way: `registry_not_found`, `package_not_found`,
 * `version_exists`, `version_not_found`, `not_owner`, `name_taken_upstream`.
 */
export interface Catalogue {
  registries(): Promise<RegistryRow[]>;
  /** Fault `registry_exists` if the name is taken. */
  createRegistry(name: string, format: string, at: number): Promise<RegistryRow>;

  findPackage(registryId: number, name: string): Promise<PackageRow | undefined>;
  /** Versions in the order they were published, `limit` at a time, after the row `afterId` (0 for the first page). */
  versions(packageId: number, afterId: number, limit: number): Promise<VersionRow[]>;
  version(packageId: number, version: string): Promise<VersionRow | undefined>;
  /** True if `versionKey` was ever published, also if it is gone now. */
  hasVersion(packageId: number, versionKey: string): Promise<boolean>;
  /** Tag to version. */
  tags(packageId: number): Promise<Record<string, string>>;
  owners(packageId: number): Promise<Owner[]>;
  readme(packageId: number, version: string): Promise<string | null>;
  findArtifact(registryId: number, name: string, file: string): Promise<StoredArtifact | undefined>;
  /** The stored blob with these bytes. */
  findBlob(sha256: string): Promise<BlobRow | undefined>;
  /** Which of these keys have a row of a stored blob. */
  knownKeys(keys: string[]): Promise<Set<string>>;

  publish(command: PublishCommand): Promise<PublishOutcome>;
  /** Moves, sets or removes a tag; the revision it led to. */
  tag(command: TagCommand): Promise<{ revision: number }>;

  /** Stored blobs after `afterKey` in key order: everything that must be in the blob store. */
  blobs(afterKey: string, limit: number): Promise<BlobRow[]>;
  /** References that lead nowhere (artifact without blob, tag without version, version without artifact), as sentences. */
  danglingReferences(): Promise<string[]>;
  /**
   * Bars `key` from ever being used, if no stored blob has it; true if it is barred now. The sweeper may remove the bytes then.
   */
  barKey(key: string, at: number): Promise<boolean>;
}
