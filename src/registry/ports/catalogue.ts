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
  /** Raised by what changes versions that were there before, or who owns them; not by a publish. */
  history: number;
  visibility: Visibility;
  createdAt: number;
  updatedAt: number;
  /** When it was unpublished as a whole, or null. Its name and the numbers of its versions stay taken. */
  removedAt: number | null;
}

/** `private`: only its owners and administrators learn that it exists. */
export type Visibility = 'public' | 'private';

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
  /** What people are told who install it, or null. */
  deprecated: string | null;
  /** Predicate type of its provenance, or null if it came without. */
  provenance: string | null;
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
  versionId: number;
  version: string;
  /** True if only owners and administrators may read it. */
  visibility: Visibility;
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
  /** What people find the package by while this version is the default one. */
  searchText: SearchText;
  /** What people are told who install it, or null: a version may be born deprecated. */
  deprecated: string | null;
  /** Visibility to set, or null to keep it (a new package is public). */
  visibility: Visibility | null;
  /** Evidence of how the version was built, or null. */
  attestation: Attestation | null;
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

/** What a package is found by besides its name. */
export interface SearchText {
  description: string;
  keywords: string[];
}

/** A provenance bundle as it was published. */
export interface Attestation {
  /** `predicateType` of the statement inside. */
  predicateType: string;
  /** The bundle as JSON text. */
  bundle: string;
}

/** A change of a package that is not a publish, and whoever makes it. */
export interface PackageCommand {
  registryId: number;
  name: string;
  actorId: number;
  overrideOwnership: boolean;
  at: number;
  event: NewEvent;
}

export interface TagCommand extends PackageCommand {
  tag: string;
  /** The version to point at, or null to remove the tag. */
  version: string | null;
}

export interface DeprecateCommand extends PackageCommand {
  /** Version to its message, null to take it back. Versions that are not named keep theirs. */
  messages: Record<string, string | null>;
}

/** Takes versions away. Keys of blobs that nothing needs any more are barred in the same step; the sweeper removes their bytes. */
export interface UnpublishCommand extends PackageCommand {
  /** The revision that the client saw, or null if it did not say; another one is a `conflict`. */
  expectedRevision: number | null;
  /** Versions to remove, or `all` with the package. Their numbers are never given out again. Those already gone are no error. */
  versions: string[] | 'all';
  /** All tags as they are to be afterwards, or null: those of removed versions go. Tags on removed versions always go. */
  tags: Record<string, string> | null;
}

export interface OwnersCommand extends PackageCommand {
  expectedRevision: number | null;
  /** Ids of the users who are to own the package: at least one. */
  owners: number[];
}

export interface VisibilityCommand extends PackageCommand {
  visibility: Visibility;
}

export interface StarCommand {
  registryId: number;
  name: string;
  userId: number;
  starred: boolean;
  at: number;
}

/** Downloads of a version on a day, counted since the last report. */
export interface DownloadCount {
  packageId: number;
  versionId: number;
  /** Days since 1970-01-01, UTC. */
  day: number;
  count: number;
}

export interface DayCount {
  day: number;
  count: number;
}

export interface SearchQuery {
  registryId: number;
  /** Words (see `searchWords`) that each must begin a word of name, description or keywords; none finds every package. */
  words: string[];
  /** What was typed: a package of this name comes first, then those whose names begin so. */
  typed: string;
  /** Narrows to a scope (without `@`), an owner's user name, any of these keywords; null for no limit. */
  scope: string | null;
  owner: string | null;
  keywords: string[];
  /** Who asks: private packages show to their owners only, or to everybody with `all`. */
  readerId: number | 'all' | null;
  limit: number;
  offset: number;
}

export interface SearchHit {
  packageId: number;
  name: string;
  /** The version that the default tag shows, or null. */
  version: string | null;
  publishedAt: number | null;
  updatedAt: number;
  /** JSON text of that version, as in `VersionRow`; null also if it is too long for a list. */
  manifest: string | null;
  owners: Owner[];
}

export interface SearchResult {
  /** Packages that match and may be seen, on all pages. */
  total: number;
  hits: SearchHit[];
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
  attestation(packageId: number, version: string): Promise<Attestation | undefined>;
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
  /** Each of these answers the revision that it led to. */
  tag(command: TagCommand): Promise<{ revision: number }>;
  deprecate(command: DeprecateCommand): Promise<{ revision: number }>;
  unpublish(command: UnpublishCommand): Promise<{ revision: number }>;
  setOwners(command: OwnersCommand): Promise<{ revision: number }>;
  setVisibility(command: VisibilityCommand): Promise<{ revision: number }>;
  star(command: StarCommand): Promise<{ revision: number }>;

  /** Names of the users who starred a package, in no particular order. */
  starredBy(packageId: number): Promise<string[]>;
  /** Names of the packages of a registry that a user starred, and `readerId` (as in `SearchQuery`) may see. */
  starsOf(registryId: number, userName: string, readerId: SearchQuery['readerId']): Promise<string[]>;
  search(query: SearchQuery): Promise<SearchResult>;

  /** Adds to the counters; each call is added once. */
  countDownloads(counts: DownloadCount[]): Promise<void>;
  /** Days with downloads of a package from `first` to `last`, both inclusive, in order. */
  downloads(packageId: number, first: number, last: number): Promise<DayCount[]>;

  /** Stored blobs after `afterKey` in key order: everything that must be in the blob store. */
  blobs(afterKey: string, limit: number): Promise<BlobRow[]>;
  /** References that lead nowhere (artifact without blob, tag without version, version without artifact), as sentences. */
  danglingReferences(): Promise<string[]>;
  /**
   * Bars `key` from ever being used, if no stored blob has it; true if it is barred now. The sweeper may remove the bytes then.
   */
  barKey(key: string, at: number): Promise<boolean>;
}
