import type { Actor } from '../../ledger/index.ts';
import type {
  PublishCommand,
  PublishOutcome,
  Attestation,
  TagCommand,
  DeprecateCommand,
  YankCommand,
  UnpublishCommand,
  OwnersCommand,
  VisibilityCommand,
  StarCommand,
} from './commands.ts';
import type { RegistryChange } from './registry-settings.ts';
import type {
  RegistryRow,
  PackageRow,
  VanishedVersion,
  VersionRow,
  StoredArtifact,
  Owner,
  BlobRow,
  ListedBlob,
  OpenDocument,
  OpenRevision,
} from './rows.ts';
import type { SearchQuery, SearchResult } from './search.ts';

/**
 * The truth about packages. Writes are whole commands with their preconditions: they happen entirely, durably and once, or
 * reject with a Fault and leave nothing. Faults name what stood in the way: `registry_not_found`, `package_not_found`,
 * `version_exists`, `version_not_found`, `not_owner`, `name_taken_upstream`.
 */
export interface Catalogue {
  registries(): Promise<RegistryRow[]>;
  /** Fault `registry_exists` if the name is taken. */
  createRegistry(
    name: string,
    format: string,
    at: number,
    by: Actor,
    /** Public and open to anyone unless said otherwise. */
    settings?: RegistryChange,
  ): Promise<RegistryRow>;

  findPackage(registryId: number, name: string): Promise<PackageRow | undefined>;
  /**
   * The revisions of a package that is here and that everybody may read, undefined of any other. The method itself is missing
   * where the database is asked over a wire: then only `findPackage` tells.
   */
  openRevision?: (packageId: number) => OpenRevision | undefined;
  /** The same for the document of a name that is not ours; undefined if none is stored, or not everybody may read it. */
  openDocument?: (registryId: number, name: string) => OpenDocument | undefined;
  /** Versions in the order they were published, `limit` at a time, after the row `afterId` (0 for the first page). */
  versions(packageId: number, afterId: number, limit: number): Promise<VersionRow[]>;
  version(packageId: number, version: string): Promise<VersionRow | undefined>;
  /** Stored versions that the package's upstream does not list any more. */
  vanished(packageId: number): Promise<VanishedVersion[]>;
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
  /** The revision stays if the version is so already; no event is written then. */
  yank(command: YankCommand): Promise<{ revision: number }>;
  unpublish(command: UnpublishCommand): Promise<{ revision: number }>;
  setOwners(command: OwnersCommand): Promise<{ revision: number }>;
  setVisibility(command: VisibilityCommand): Promise<{ revision: number }>;
  star(command: StarCommand): Promise<{ revision: number }>;

  /** Names of the users who starred a package, in no particular order. */
  starredBy(packageId: number): Promise<string[]>;
  /** Names of the packages of a registry that a user starred, and `readerId` (as in `SearchQuery`) may see. */
  starsOf(registryId: number, userName: string, readerId: SearchQuery['readerId']): Promise<string[]>;
  search(query: SearchQuery): Promise<SearchResult>;

  /** Stored blobs after `afterKey` in key order: everything that must be in the blob store. */
  blobs(afterKey: string, limit: number): Promise<ListedBlob[]>;
  /** References that lead nowhere (artifact without blob, tag without version, version without artifact), as sentences. */
  danglingReferences(): Promise<string[]>;
  /**
   * Bars `key` from ever being used, if no stored blob has it; true if it is barred now. The sweeper may remove the bytes then.
   */
  barKey(key: string, at: number): Promise<boolean>;
}
