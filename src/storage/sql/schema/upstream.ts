import type { Generated } from 'kysely';

export interface UpstreamTables {
  upstream_documents: UpstreamDocumentsTable;
}

interface UpstreamDocumentsTable {
  registry_id: number;
  name: string;
  /** See `DocumentHead.upstream`. */
  upstream: string | null;
  status: 'found' | 'missing';
  upstream_etag: string | null;
  last_modified: string | null;
  checked_at: number;
  fetched_at: number;
  etag: string;
  body: Uint8Array | null;
  artifact_index: Uint8Array | null;
  /** Of both. */
  bytes: Generated<number>;
}
