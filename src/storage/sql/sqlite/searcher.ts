import { startWorker, WorkerPool } from '../../../kernel/threads/index.ts';
import type {
  ListingQuery,
  Listings,
  SearchQuery,
  SearchResult,
  TopEntry,
  TopQuery,
} from '../../../registry/index.ts';
import type { Searcher } from '../searcher.ts';

export type Question =
  | { kind: 'search'; query: SearchQuery }
  | { kind: 'listed'; query: ListingQuery }
  | { kind: 'categories'; query: Parameters<Listings['categories']>[0] }
  | { kind: 'top'; query: TopQuery };

/** Calls of SQLite block: searches get a thread with a connection of its own, started at the first one. */
export function sqliteSearcher(path: string): Searcher {
  const pool = new WorkerPool<
    Question,
    SearchResult | TopEntry[] | Awaited<ReturnType<Listings['categories']>>
  >(() => startWorker(new URL('./search-worker.ts', import.meta.url), { workerData: { path } }), 1);
  return {
    search: (query) => pool.run({ kind: 'search', query }) as Promise<SearchResult>,
    listed: (query) => pool.run({ kind: 'listed', query }) as Promise<SearchResult>,
    categories: (query) => pool.run({ kind: 'categories', query }) as ReturnType<Listings['categories']>,
    top: (query) => pool.run({ kind: 'top', query }) as Promise<TopEntry[]>,
    close: () => pool.close(),
  };
}
