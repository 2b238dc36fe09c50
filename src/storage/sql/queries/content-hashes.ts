import type { Kysely } from 'kysely';
import type { HashedVersion, HashQuery } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { isVisible } from './visible.ts';

/** See `ContentHashes.find`. */
export async function findByContent(
  db: Kysely<Schema>,
  { registryId, hash, readerId, afterId, limit }: HashQuery,
): Promise<HashedVersion[]> {
  return db
    .selectFrom('content_hashes')
    .innerJoin('versions', 'versions.id', 'content_hashes.version_id')
    .innerJoin('packages', 'packages.id', 'versions.package_id')
    .select(['versions.id as versionId', 'packages.name', 'versions.version'])
    .where('content_hashes.hash', '=', hash)
    .where('content_hashes.version_id', '>', afterId)
    .where('versions.state', '=', 'published')
    .where('packages.registry_id', '=', registryId)
    .where(isVisible(registryId, readerId))
    .orderBy('content_hashes.version_id')
    .limit(limit)
    .execute();
}
