import type { Kysely } from 'kysely';
import type {
  ListingQuery,
  Listings,
  SearchQuery,
  SearchResult,
  TopEntry,
  TopQuery,
} from '../../registry/index.ts';
import type { SearchCapability } from './capabilities.ts';
import { readTop } from './queries/counts.ts';
import { findListed, listedCategories } from './queries/listings.ts';
import { search } from './queries/search.ts';
import type { Schema } from './schema/index.ts';

/** Asks where it holds up nobody what may look at every package. */
export interface Searcher {
  search(query: SearchQuery): Promise<SearchResult>;
  top(query: TopQuery): Promise<TopEntry[]>;
  listed(query: ListingQuery): Promise<SearchResult>;
  categories: Listings['categories'];
  close(): Promise<void>;
}

export function searcherOn(db: Kysely<Schema>, capability: SearchCapability): Omit<Searcher, 'close'> {
  return {
    search: (query) => search(db, capability, query),
    top: (query) => readTop(db, query),
    listed: (query) => findListed(db, query),
    categories: (query) => listedCategories(db, query),
  };
}
