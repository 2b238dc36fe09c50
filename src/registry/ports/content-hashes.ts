import type { SearchQuery } from './search.ts';

export interface HashQuery {
  registryId: number;
  /** In any of the forms that were given when the version was published. */
  hash: string;
  readerId: SearchQuery['readerId'];
  /** Version row to go on behind; 0 for the first page. */
  afterId: number;
  limit: number;
}

/** A published version with the content that was asked for. */
export interface HashedVersion {
  versionId: number;
  name: string;
  version: string;
}

/** Versions by the hash of their content, which is how some formats name them. */
export interface ContentHashes {
  /** Of packages that are owned here and show to the reader, oldest first: several may have the same content. */
  find(query: HashQuery): Promise<HashedVersion[]>;
}
