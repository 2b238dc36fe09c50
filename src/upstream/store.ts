/** What is kept of an upstream's answer about one package. */
export interface StoredDocument {
  registryId: number;
  name: string;
  /** `missing`: the upstream said that there is no such package. Then the bodies are null and the etag is empty. */
  status: 'found' | 'missing';
  /** `ETag` of the upstream's answer, as sent, with its quotes. */
  upstreamEtag: string | null;
  /** `Last-Modified` of the upstream's answer, as sent. */
  lastModified: string | null;
  /** When the upstream last confirmed this, milliseconds. */
  checkedAt: number;
  /** When the upstream last sent it, milliseconds. */
  fetchedAt: number;
  /** zstd-compressed JSON in the format's normal form. */
  body: Uint8Array | null;
  /** zstd-compressed JSON object: file name → where the upstream has it. */
  index: Uint8Array | null;
  /** Identity of `body`. */
  etag: string;
}

/** Documents of upstreams at rest. The last writer wins: every writer has just heard it from the upstream. */
export interface UpstreamDocuments {
  get(registryId: number, name: string): Promise<StoredDocument | undefined>;
  /** Stores or replaces the document of that registry and name. */
  put(document: StoredDocument): Promise<void>;
  /** Raises `checkedAt`, never lowers it; does nothing if there is no such document. */
  touch(registryId: number, name: string, checkedAt: number): Promise<void>;
}
