import type { SearchQuery, SearchResult } from './search.ts';

export interface ListingQuery {
  registryId: number;
  /** Part of name, description or keywords, in any case; null for no limit. */
  text: string | null;
  /** Whole words, in any case; null for no limit. */
  keyword: string | null;
  category: string | null;
  /** `relevance`: the name that was typed, names that begin so, names that hold it, the others; then by downloads. */
  sort: 'downloads' | 'newest' | 'name' | 'relevance';
  readerId: SearchQuery['readerId'];
  limit: number;
  offset: number;
}

/** Looks through registries of formats with categories, where search is for parts of words. */
export interface Listings {
  /** Packages whose default version is not yanked, and of which something is not blocked by name. */
  find(query: ListingQuery): Promise<SearchResult>;
  /** Categories of those that `find` finds for `readerId`, by name, with how many packages are in each. */
  categories(
    query: Pick<ListingQuery, 'registryId' | 'readerId'>,
  ): Promise<{ name: string; count: number }[]>;
}
