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
  owners: OwnersTable;
  users: UsersTable;
  tokens: TokensTable;
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
  created_at: number;
  updated_at: number;
}

interface VersionsTable {
  id: Generated<number>;
  package_id: number;
  version: string;
  version_key: string;
  manifest: string;
  summary: string;
  readme: string | null;
  publisher_id: number | null;
  published_at: number;
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
}

interface TokensTable {
  id: Generated<number>;
  user_id: number;
  hash: string;
  prefix: string;
  name: string;
  /** Comma-separated scopes. */
  scopes: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
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
