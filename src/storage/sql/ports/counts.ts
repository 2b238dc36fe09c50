import type { Kysely } from 'kysely';
import type { CountStore } from '../../../registry/index.ts';
import type { Writer } from '../commands/index.ts';
import * as counts from '../queries/counts.ts';
import type { Schema } from '../schema/index.ts';
import type { Searcher } from '../searcher.ts';

export function countStoreOn(db: Kysely<Schema>, writer: Writer, searcher: Searcher): CountStore {
  return {
    add: (batch) => writer.run('addCounts', batch),
    days: (registryId, name, days) => counts.readDays(db, registryId, name, days),
    total: (registryId, name) => counts.readTotal(db, registryId, name),
    versions: (registryId, name) => counts.readVersionTotals(db, registryId, name),
    top: (query) => searcher.top(query),
    registryDays: (registryId, days) => counts.readRegistryDays(db, registryId, days),
    missing: (registryId, name, limit) => counts.readMissing(db, registryId, name, limit),
    tidy: (before) => writer.run('tidyCounts', before),
  };
}
