import { sql, type Kysely, type Selectable } from 'kysely';
import type { Catalogue, Owner, PackageRow } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { prepared, preparedAtOnce } from './prepared.ts';

const packageByName = prepared((db, registryId: number, name: string) =>
  db.selectFrom('packages').selectAll().where('registry_id', '=', registryId).where('name', '=', name),
);

export async function findPackage(
  db: Kysely<Schema>,
  registryId: number,
  name: string,
): Promise<PackageRow | undefined> {
  const row = await packageByName(db, registryId, name);
  return row && packageFrom(row);
}

/** See `Catalogue.openRevision`. */
export function openRevisionOn(db: Kysely<Schema>): Catalogue['openRevision'] {
  const query = preparedAtOnce(db, (on, packageId: number) =>
    on
      .selectFrom('packages')
      .innerJoin('registries', 'registries.id', 'packages.registry_id')
      .select(['packages.revision', 'registries.policy_revision as policyRevision'])
      .where('packages.id', '=', packageId)
      .where('packages.visibility', '=', 'public')
      .where('registries.visibility', '=', 'public')
      .where('packages.removed_at', 'is', null),
  );
  return query && ((packageId) => query(packageId));
}

export type PackageColumns = Omit<
  Selectable<Schema['packages']>,
  'trusted_only' | 'awaits' | 'registry_revision'
>;

export function packageFrom(row: PackageColumns): PackageRow {
  return {
    id: row.id,
    registryId: row.registry_id,
    name: row.name,
    origin: row.origin,
    revision: row.revision,
    history: row.history,
    visibility: row.visibility,
    organisationId: row.organisation_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    removedAt: row.removed_at,
  };
}

export async function readTags(db: Kysely<Schema>, packageId: number): Promise<Record<string, string>> {
  const rows = await db
    .selectFrom('tags')
    .innerJoin('versions', 'versions.id', 'tags.version_id')
    .select(['tags.tag', 'versions.version'])
    .where('tags.package_id', '=', packageId)
    .orderBy('tags.tag')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.tag, row.version]));
}

/** The organisation first, then users in the order in which they came. */
export async function readOwners(db: Kysely<Schema>, packageId: number): Promise<Owner[]> {
  return (await readOwnersOf(db, [packageId])).get(packageId) ?? [];
}

export async function readOwnersOf(db: Kysely<Schema>, packageIds: number[]): Promise<Map<number, Owner[]>> {
  const rows = await db
    .selectFrom('packages')
    .innerJoin('organisations', 'organisations.id', 'packages.organisation_id')
    .select([
      'packages.id as package_id',
      sql<Owner['kind']>`'organisation'`.as('kind'),
      'organisations.id',
      'organisations.name',
      sql<string | null>`null`.as('email'),
      sql<number>`0`.as('since'),
    ])
    .where('packages.id', 'in', packageIds)
    .unionAll((eb) =>
      eb
        .selectFrom('owners')
        .innerJoin('users', 'users.id', 'owners.user_id')
        .select([
          'owners.package_id',
          sql<Owner['kind']>`'user'`.as('kind'),
          'users.id',
          'users.name',
          'users.email',
          'owners.since',
        ])
        .where('owners.package_id', 'in', packageIds),
    )
    .orderBy('since')
    .orderBy('id')
    .execute();
  const owners = Map.groupBy(rows, (row) => row.package_id);
  return new Map(
    [...owners].map(([packageId, found]) => [
      packageId,
      found.map(({ kind, id, name, email }) => ({ kind, id, name, email })),
    ]),
  );
}
