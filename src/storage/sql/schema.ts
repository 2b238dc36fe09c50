import type { Generated } from 'kysely';

/**
 * The tables of the SQL adapters, the same on SQLite and PostgreSQL. Times are milliseconds since the epoch; texts
 * that hold JSON are written once by a format and never parsed here.
 */
export interface Schema {
  store: StoreTable;
  registries: RegistriesTable;
  packages: PackagesTable;
  versions: VersionsTable;
  artifacts: ArtifactsTable;
  blobs: BlobsTable;
  tags: TagsTable;
  stars: StarsTable;
  downloads: DownloadsTable;
  attestations: AttestationsTable;
  package_search: PackageSearchTable;
  owners: OwnersTable;
  users: UsersTable;
  tokens: TokensTable;
  web_logins: WebLoginsTable;
  events: EventsTable;
  event_chain: EventChainTable;
  leases: LeasesTable;
  signing_keys: SigningKeysTable;
  upstream_documents: UpstreamDocumentsTable;
}

/** Facts on the store itself: `id`, `epoch`. */
interface StoreTable {
  name: string;
  value: string;
}

interface RegistriesTable {
  id: Generated<number>;
  name: string;
  format: string;
  created_at: number;
}

interface PackagesTable {
  id: Generated<number>;
  registry_id: number;
  name: string;
  origin: 'local' | 'upstream';
  revision: number;
  history: Generated<number>;
  visibility: Generated<'public' | 'private'>;
  /** Of all versions and days. */
  downloads: Generated<number>;
  created_at: number;
  updated_at: number;
  removed_at: Generated<number | null>;
}

/** A removed version keeps its row, so that its number stays taken; its artifacts are gone. */
interface VersionsTable {
  id: Generated<number>;
  package_id: number;
  version: string;
  version_key: string;
  manifest: string;
  summary: string;
  readme: string | null;
  /** What it is found by: see `SearchText`; keywords separated by blanks. */
  description: Generated<string>;
  keywords: Generated<string>;
  publisher_id: number | null;
  published_at: number;
  deprecated: Generated<string | null>;
  removed_at: Generated<number | null>;
}

interface ArtifactsTable {
  id: Generated<number>;
  version_id: number;
  package_id: number;
  file: string;
  sha256: string;
  sha1: string;
  sha512: string;
  size: number;
  facts: string;
}

/** `barred` keys are tombstones: the sweeper took their bytes, and no publish may use them again. */
interface BlobsTable {
  key: string;
  sha256: string;
  size: number;
  state: 'stored' | 'barred';
  created_at: number;
}

interface TagsTable {
  package_id: number;
  tag: string;
  version_id: number;
  updated_at: number;
}

interface StarsTable {
  package_id: number;
  user_id: number;
  since: number;
}

interface DownloadsTable {
  version_id: number;
  package_id: number;
  /** Days since 1970-01-01, UTC. */
  day: number;
  count: number;
}

interface AttestationsTable {
  version_id: number;
  predicate_type: string;
  bundle: string;
}

/** One row a package that can be found; full-text indexed in the way of the database. `rowid` is the package's id. */
interface PackageSearchTable {
  rowid: number;
  /** Every word of name, description and keywords once, in lower case, separated by blanks. */
  words: string;
  /** In lower case, each between blanks. */
  keywords: string;
}

interface OwnersTable {
  package_id: number;
  user_id: number;
  since: number;
}

interface UsersTable {
  id: Generated<number>;
  name: string;
  /** The name in lower case, which is unique. */
  name_key: string;
  email: string | null;
  role: 'administrator' | 'user';
  password_hash: string;
  created_at: number;
  disabled_at: number | null;
  updated_at: Generated<number | null>;
  /** JSON of a `ProfileFields`. */
  profile: Generated<string>;
}

interface TokensTable {
  id: Generated<number>;
  user_id: number;
  hash: string;
  prefix: string;
  name: string;
  description: Generated<string | null>;
  /** Comma-separated scopes. */
  scopes: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

/** A row lives until its token is fetched; expired ones go when the next login starts. */
interface WebLoginsTable {
  page_hash: string;
  done_hash: string;
  intent: 'login' | 'create';
  client: string;
  created_at: number;
  expires_at: number;
  /** Who completed it. */
  user_id: number | null;
}

/** `seq` and `hash` are null until the sealer has come by. */
interface EventsTable {
  id: Generated<number>;
  seq: number | null;
  hash: string | null;
  type: string;
  at: number;
  actor_id: number | null;
  registry: string | null;
  package: string | null;
  version: string | null;
  detail: string;
}

/** One row: the end of the chain. Locking it makes one sealer wait for another. */
interface EventChainTable {
  id: number;
  seq: number;
  hash: string;
}

interface LeasesTable {
  name: string;
  holder: string;
  expires_at: number;
}

interface SigningKeysTable {
  id: Generated<number>;
  purpose: string;
  /** At most one current key a purpose, which settles a race of two first starts. */
  current_for: string | null;
  key_id: string;
  /** Base64 of the SubjectPublicKeyInfo in DER. */
  public_key: string;
  /** PKCS #8 PEM, wrapped by the secret of the settings where there is one. */
  private_key: string;
  created_at: number;
  expires_at: number | null;
}

interface UpstreamDocumentsTable {
  registry_id: number;
  name: string;
  status: 'found' | 'missing';
  upstream_etag: string | null;
  last_modified: string | null;
  checked_at: number;
  fetched_at: number;
  etag: string;
  body: Uint8Array | null;
  artifact_index: Uint8Array | null;
}
