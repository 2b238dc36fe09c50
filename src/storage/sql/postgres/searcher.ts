import type { Kysely } from 'kysely';
import type { Schema } from '../schema/index.ts';
import { searcherOn, type Searcher } from '../searcher.ts';
import { postgresCapabilities } from './capabilities.ts';

export function postgresSearcher(db: Kysely<Schema>): Searcher {
  return { ...searcherOn(db, postgresCapabilities.search), close: () => Promise.resolve() };
}
