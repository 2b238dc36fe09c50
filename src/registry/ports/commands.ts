import type { NewEvent } from '../../ledger/index.ts';
import type { ArtifactRow, Origin, Visibility } from './rows.ts';

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
  /**
   * True if the default tag is to go to this version where that is higher, by semver and any release before any prerelease, than the
   * one that has it; to the highest of all where none has.
   */
  raisesDefault?: boolean;
  /** Characters that the summaries of all published versions of the package may have, this one's too: who has more gets Fault `bad_request`. */
  mostSummaries?: number;
  /** What people find the package by while this version is the default one. */
  searchText: SearchText;
  /** What people are told who install it, or null: a version may be born deprecated. */
  deprecated: string | null;
  /** Visibility to set, or null to keep it (a new package is public). */
  visibility: Visibility | null;
  /** Evidence of how the version was built, or null. */
  attestation: Attestation | null;
  /** What the version is found by: see `ContentHashes`. */
  contentHashes?: string[];
  /** Who publishes; null for what comes from upstream. */
  publisherId: number | null;
  /** The rule that lets a machine publish, which nobody's rights stand behind; `publisherId` is null then. */
  trustedPublisherId?: string;
  /** True if the publisher may write to packages that others own. */
  overrideOwnership: boolean;
  /** True for a name that is claimed: what is stored of an upstream's package goes, and the name is the publisher's. */
  claimed?: boolean;
  /** As in `StoredArtifact`. */
  upstreamTime: number | null;
  /** Base URL of the upstream that it is from; none for versions of our own. */
  upstream?: string;
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
  /** Only of formats that have categories, whose registries people look through by `Listings`. */
  categories?: string[];
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

/**
 * Marks a version so that nobody chooses it who does not have it locked, or takes the mark off. The default tag goes to the highest
 * version without the mark (as in `PublishCommand.raisesDefault`), and away if there is none: searches pass over the package then.
 */
export interface YankCommand extends PackageCommand {
  version: string;
  yanked: boolean;
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
  /** Ids of the users who are to own the package; at least one, or an organisation. */
  owners: number[];
  /** The organisation that is to own it, null for none; not there: as before. */
  organisationId?: number | null;
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
  event: NewEvent;
}
