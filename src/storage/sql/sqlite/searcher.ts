import { startWorker, WorkerPool } from '../../../kernel/index.ts';
import type { SearchQuery, SearchResult } from '../../../registry/index.ts';
import type { Searcher } from '../searcher.ts';

/** Calls of SQLite block: searches get a thread with a connection of its own, started at the first one. */
export function sqliteSearcher(path: string): Searcher {
  const pool = new WorkerPool<SearchQuery, SearchResult>(
    () => startWorker(new URL('./search-worker.ts', import.meta.url), { workerData: { path } }),
    1,
  );
  return { search: (query) => pool.run(query), close: () => pool.close() };
}
