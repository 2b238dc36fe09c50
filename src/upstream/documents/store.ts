/** What is known of an upstream's answer about one package, without the answer itself. */
export interface DocumentHead {
  registryId: number;
  name: string;
  /**
   * Base URL of the upstream that said it; of a missing one all that were asked, separated by blanks. Null in rows from before there
   * could be several.
   */
  upstream: string | null;
  /** `missing`: there is no such package. Then there are no bodies and the etag is empty. */
  status: 'found' | 'missing';
  /** `ETag` of the upstream's answer, as sent, with its quotes. */
  upstreamEtag: string | null;
  /** `Last-Modified` of the upstream's answer, as sent. */
  lastModified: string | null;
  /** When the upstream last confirmed this, milliseconds. */
  checkedAt: number;
  /** Since when the body is this one, milliseconds. With the etag it names this state of the document and no other. */
  fetchedAt: number;
  /** Identity of the body. */
  etag: string;
}

/** An upstream's answer, whole. */
export interface StoredDocument extends DocumentHead {
  /** zstd-compressed JSON in the format's normal form. */
  body: Uint8Array | null;
  /** zstd-compressed JSON object: file name → where the upstream has it. */
  index: Uint8Array | null;
}

/** What is put: the versions that it lists come with it, for what is stored of others has vanished upstream. */
export interface NewDocument extends StoredDocument {
  versions: string[];
}

/** Documents of upstreams at rest. The last writer wins: every writer has just heard it from the upstream. */
export interface UpstreamDocuments {
  find(registryId: number, name: string): Promise<DocumentHead | undefined>;
  /** What stands there now; undefined if that has no body (any more). */
  body(registryId: number, name: string): Promise<Uint8Array | undefined>;
  index(registryId: number, name: string): Promise<Uint8Array | undefined>;
  /** Stores or replaces the document of that registry and name. */
  put(document: NewDocument): Promise<void>;
  /** Notes when the document with this etag was confirmed; does nothing if there is another one, or none. */
  touch(registryId: number, name: string, etag: string, checkedAt: number): Promise<void>;
}
