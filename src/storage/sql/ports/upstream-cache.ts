import type { Kysely } from 'kysely';
import type { UpstreamCache } from '../../../upstream/index.ts';
import type { Writer } from '../commands/index.ts';
import { leastUsed, policyRevisions } from '../queries/upstream-cache.ts';
import type { Schema } from '../schema/index.ts';

export function upstreamCacheOn(db: Kysely<Schema>, writer: Writer): UpstreamCache {
  return {
    size: () => writer.run('sizeUpstreamCache', undefined),
    revisions: () => policyRevisions(db),
    leastUsed: (spared, limit) => leastUsed(db, spared, limit),
    evict: (versions, at) => writer.run('evictVersions', { versions, at }),
    forgetMissing: (before) => writer.run('forgetMissing', before),
    dropDocuments: (spared, which) => writer.run('dropDocuments', { spared, ...which }),
  };
}
