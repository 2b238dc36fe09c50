import { sql, type Kysely } from 'kysely';
import type {
  ChangedPackage,
  ListedVersion,
  RegistryRevisions,
  SearchQuery,
} from '../../../registry/index.ts';
import { DEFAULT_TAG } from '../commands/search-index.ts';
import type { Schema } from '../schema/index.ts';
import { packageFrom } from './packages.ts';
import { prepared, preparedAtOnce } from './prepared.ts';
import { hasRight, isOpen } from './visible.ts';

const counted = (db: Kysely<Schema>, registryId: number) =>
  db
    .selectFrom('registry_revisions')
    .innerJoin('registries', 'registries.id', 'registry_revisions.registry_id')
    .select(['registry_revisions.revision', 'registries.policy_revision as policyRevision'])
    .where('registry_revisions.registry_id', '=', registryId);

export const registryState = prepared((db, registryId: number) =>
  counted(db, registryId).select('registries.visibility'),
);

/** See `RegistryRevisions.openState`. */
export function openStateOn(db: Kysely<Schema>): RegistryRevisions['openState'] {
  const query = preparedAtOnce(db, (on, registryId: number) =>
    counted(on, registryId).where('registries.visibility', '=', 'public'),
  );
  return query && ((registryId) => query(registryId));
}

export async function changedSince(
  db: Kysely<Schema>,
  registryId: number,
  revision: number,
  limit: number,
): Promise<ChangedPackage[]> {
  const rows = await db
    .selectFrom('packages')
    .selectAll()
    .where('registry_id', '=', registryId)
    .where('registry_revision', '>', revision)
    .orderBy('registry_revision')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ registryRevision: row.registry_revision ?? 0, head: packageFrom(row) }));
}

export async function listedVersions(db: Kysely<Schema>, packageIds: number[]): Promise<ListedVersion[]> {
  if (packageIds.length === 0) return [];
  const rows = await db
    .selectFrom('versions')
    .innerJoin('packages', 'packages.id', 'versions.package_id')
    .leftJoin('tags', (join) =>
      join
        .onRef('tags.package_id', '=', 'versions.package_id')
        .onRef('tags.version_id', '=', 'versions.id')
        .on('tags.tag', '=', DEFAULT_TAG),
    )
    .select([
      'versions.package_id as packageId',
      'versions.version',
      'versions.summary',
      'versions.published_at as publishedAt',
      'versions.yanked_at',
      'packages.visibility',
      sql<string | null>`case when tags.tag is not null then versions.manifest end`.as('manifest'),
    ])
    .where('versions.package_id', 'in', packageIds)
    .where('versions.state', '=', sql.lit('published'))
    .orderBy('versions.package_id')
    .orderBy('versions.published_at', 'desc')
    .orderBy('versions.id', 'desc')
    .execute();
  return rows.map(({ packageId, version, summary, publishedAt, yanked_at, visibility, manifest }) => ({
    packageId,
    version,
    summary,
    publishedAt,
    yanked: yanked_at !== null,
    restricted: visibility !== 'public',
    manifest,
  }));
}

/** See `RegistryRevisions.restricted`. */
export async function restrictedTo(
  db: Kysely<Schema>,
  registryId: number,
  readerId: SearchQuery['readerId'],
): Promise<number[] | undefined> {
  const { rows: seen } = await sql<{ open: unknown }>`select case when ${isOpen(registryId, readerId)}
    then 1 else 0 end as open`.execute(db);
  if (Number(seen[0]?.open) !== 1) return undefined;
  if (readerId === null) return [];
  const { rows } = await sql<{ id: number }>`select packages.id from packages
    where packages.registry_id = ${registryId} and packages.visibility <> 'public' and packages.removed_at is null
      and packages.registry_revision is not null and ${hasRight(registryId, readerId)}
    order by packages.id`.execute(db);
  return rows.map(({ id }) => id);
}
