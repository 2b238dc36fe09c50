export interface UpstreamTables {
  upstream_documents: UpstreamDocumentsTable;
  upstream_answers: UpstreamAnswersTable;
}

/** What upstreams say besides documents and files. */
interface UpstreamAnswersTable {
  registry_id: number;
  /** Base URL. */
  upstream: string;
  key: string;
  /** Null: it has no such thing. */
  body: string | null;
  /** Of the body, characters. */
  size: number;
  checked_at: number;
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
  /** Of body and index. */
  bytes: number;
  body: Uint8Array | null;
  artifact_index: Uint8Array | null;
}
