import { sql, type Kysely } from 'kysely';
import type { CachedVersion, OldDocuments, Spared } from '../../../upstream/index.ts';
import type { Schema } from '../schema/index.ts';

export async function leastUsed(
  db: Kysely<Schema>,
  { registries, vanished }: Spared,
  limit: number,
): Promise<CachedVersion[]> {
  const rows = await db
    .selectFrom('versions')
    .innerJoin('packages', 'packages.id', 'versions.package_id')
    .select(['versions.id', 'versions.cached_bytes', 'versions.used_at'])
    .where('versions.used_at', 'is not', null)
    .where('versions.state', '=', sql.lit('published'))
    .where('packages.origin', '=', sql.lit('upstream'))
    .$if(registries.length > 0, (query) => query.where('packages.registry_id', 'not in', registries))
    .$if(vanished.length > 0, (query) =>
      query.where((eb) =>
        eb.or([eb('versions.vanished_at', 'is', null), eb('packages.registry_id', 'not in', vanished)]),
      ),
    )
    .orderBy('versions.used_at')
    .orderBy('versions.cached_bytes')
    .limit(limit)
    .execute();
  return rows.map(({ id, cached_bytes, used_at }) => ({
    versionId: id,
    bytes: cached_bytes ?? 0,
    usedAt: used_at ?? 0,
  }));
}

/** Those that the upstream was asked for least lately, first. */
export function oldestDocuments(
  db: Kysely<Schema>,
  { registries }: Spared,
  { before, limit }: Pick<OldDocuments, 'before' | 'limit'>,
) {
  return db
    .selectFrom('upstream_documents')
    .select(['registry_id', 'name', 'checked_at'])
    .where('checked_at', '<', before)
    .$if(registries.length > 0, (query) => query.where('registry_id', 'not in', registries))
    .orderBy('checked_at')
    .limit(limit);
}

export async function policyRevisions(
  db: Kysely<Schema>,
): Promise<{ registryId: number; policyRevision: number }[]> {
  return db
    .selectFrom('registries')
    .select(['id as registryId', 'policy_revision as policyRevision'])
    .orderBy('id')
    .execute();
}
