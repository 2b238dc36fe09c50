import type { Owner, PackageRow } from './rows.ts';
import type { SearchQuery } from './search.ts';
import type { Visibility } from '../../policy/index.ts';

/** Two states of a registry that are equal here show everybody the same of the packages that everybody may see. */
export interface RegistryState {
  /** Raised by every change of a package of the registry: its versions, tags, owners and visibility. */
  revision: number;
  /** Of what the registry lets in. */
  policyRevision: number;
}

/** A package as its last change left it. */
export interface ChangedPackage {
  /** What that change raised the registry's revision to; no other package of the registry has the same. */
  registryRevision: number;
  head: PackageRow;
}

/** A version as a document on many packages needs it. */
export interface ListedVersion {
  packageId: number;
  version: string;
  /** The format's short document of it, JSON text. */
  summary: string;
  publishedAt: number;
  yanked: boolean;
  /** Not everybody may see its package, as it was when the version was read: one that was hidden first is never taken for open. */
  restricted: boolean;
  /** The format's full document, JSON text, of the version that speaks for the package; null of all others. */
  manifest: string | null;
}

/**
 * What documents on all packages of a registry are made of. Only registries whose format `isCounted` count their changes. Who sees
 * a revision sees what led to it, on every replica: whoever asks for the state after a change was acknowledged sees it raised.
 */
export interface RegistryRevisions {
  /** Undefined if there is no such registry (any more), or it does not count. */
  state(registryId: number): Promise<(RegistryState & { visibility: Visibility }) | undefined>;
  /** As `state`, at once, of a registry that everybody may see; the method is missing where the database is asked over a wire. */
  openState?: (registryId: number) => RegistryState | undefined;
  /** Packages that have changed since `revision`, removed ones too, in the order of their last changes. */
  changedSince(registryId: number, revision: number, limit: number): Promise<ChangedPackage[]>;
  /** All published versions of at most 500 packages, those of a package newest first. */
  versionsOf(packageIds: number[]): Promise<ListedVersion[]>;
  /** Owners of at most 500 packages, as `Catalogue.owners` has them. */
  ownersOf(packageIds: number[]): Promise<Map<number, Owner[]>>;
  /**
   * Packages of the registry that not everybody may see, but the reader may; undefined if the reader may not see the registry.
   */
  restricted(registryId: number, readerId: SearchQuery['readerId']): Promise<number[] | undefined>;
}
