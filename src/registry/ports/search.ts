import type { Owner } from './rows.ts';

export interface SearchQuery {
  registryId: number;
  /** Words (see `searchWords`) that each must begin a word of name, description or keywords; none finds every package. */
  words: string[];
  /** What was typed: a package of this name comes first, then those whose names begin so. */
  typed: string;
  /** Narrows to a scope (without `@`), an owner's user name, any of these keywords; null for no limit. */
  scope: string | null;
  owner: string | null;
  keywords: string[];
  /** Who asks: private packages show to their owners only, or to everybody with `all`. */
  readerId: number | 'all' | null;
  limit: number;
  offset: number;
}

export interface SearchHit {
  packageId: number;
  name: string;
  /** The version that the default tag shows, or null. */
  version: string | null;
  publishedAt: number | null;
  updatedAt: number;
  /** JSON text of that version, as in `VersionRow`; null also if it is too long for a list. */
  manifest: string | null;
  /** Of all its versions and previews, ever. */
  downloads: number;
  owners: Owner[];
}

export interface SearchResult {
  /** Packages that match and may be seen, on all pages. */
  total: number;
  hits: SearchHit[];
}
