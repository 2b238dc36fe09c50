import type { SearchQuery, SearchResult } from '../../registry/index.ts';

/** Runs searches where they hold up nobody: a search may look at every package. */
export interface Searcher {
  search(query: SearchQuery): Promise<SearchResult>;
  close(): Promise<void>;
}
