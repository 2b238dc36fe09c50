import type { Kysely } from 'kysely';
import { search } from '../queries/search.ts';
import type { Schema } from '../schema/index.ts';
import type { Searcher } from '../searcher.ts';
import { postgresCapabilities } from './capabilities.ts';

export function postgresSearcher(db: Kysely<Schema>): Searcher {
  return {
    search: (query) => search(db, postgresCapabilities.search, query),
    close: () => Promise.resolve(),
  };
}
