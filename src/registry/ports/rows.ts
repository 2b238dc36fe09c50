import type { PublishSetting, Visibility } from '../../policy/index.ts';

export type { PublishSetting, Visibility } from '../../policy/index.ts';

/** A named space of packages of one format. */
export interface RegistryRow {
  id: number;
  name: string;
  /** `npm`, later `zig`, `vais`, `deb`, `aam`, `oak`. */
  format: string;
  visibility: Visibility;
  /** Who may publish under new names. */
  publish: PublishSetting;
  /** The organisation whose members have their roles here too, by name. */
  organisation: string | null;
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
  /** The organisation that owns it, beside or instead of users. */
  organisationId: number | null;
  createdAt: number;
  updatedAt: number;
  /** When it was unpublished as a whole, or null. Its name and the numbers of its versions stay taken. */
  removedAt: number | null;
}

/**
 * `staged`: waits for one of its own publishers; `pending`: for a reviewer. Both keep their number taken and show to nobody but
 * those who may decide. `rejected` gives the number back, `removed` never does. `evicted`: an upstream's, whose file was taken away to make room; the
 * row waits for the next pull.
 */
export type VersionState = 'staged' | 'pending' | 'published' | 'rejected' | 'removed' | 'evicted';

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
  /** Since when it is yanked: still there for those who have it locked, and chosen by nobody else. */
  yankedAt: number | null;
  /** Predicate type of its provenance, or null if it came without. */
  provenance: string | null;
  artifacts: ArtifactRow[];
}

/** A version that its upstream does not list any more; `publishedAt` is when that published it, null if it never told. */
export type VanishedVersion = Omit<VersionRow, 'publishedAt'> & { publishedAt: number | null };

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

/** Two states with the same revisions are one state. */
export interface OpenRevision {
  /** Of the package. */
  revision: number;
  /** Of what its registry lets in. */
  policyRevision: number;
}

/** Two states of a name's document from upstream that are equal here are one state. */
export interface OpenDocument {
  /** As in `UpstreamDocument`. */
  etag: string;
  fetchedAt: number;
  /** `PackageRow.history`; null if nothing of the package is stored. */
  history: number | null;
  /** Of what the registry lets in. */
  policyRevision: number;
}

/** An artifact with what is needed to serve it. */
export interface StoredArtifact extends ArtifactRow {
  packageId: number;
  /** Of the package. */
  revision: number;
  /** Of what the registry lets in. */
  policyRevision: number;
  origin: Origin;
  versionId: number;
  version: string;
  /** When the upstream published it, as the upstream says, milliseconds; null if it did not say, and for versions of our own. */
  upstreamTime: number | null;
  /** Base URL of the upstream that it is from; null for versions of our own, and for those from before there could be several. */
  upstream: string | null;
  /** Since when the upstream does not list it any more, or null. */
  vanishedAt: number | null;
  /** `public` if package and registry both are; else the package's, or the registry's where the package is public. */
  visibility: Visibility;
  /** Key in the blob store. */
  key: string;
}

/** A user or an organisation that owns a package. */
export interface Owner {
  kind: 'user' | 'organisation';
  id: number;
  name: string;
  email: string | null;
}

/** A stored blob, and whether a package that is owned here has it; else upstreams' do. */
export interface ListedBlob extends BlobRow {
  owned: boolean;
}

/** A blob row in `verify` and in the sweeper. */
export interface BlobRow {
  key: string;
  sha256: string;
  size: number;
}
