import type { Kysely, Selectable } from 'kysely';
import type { Owner, PackageRow, RegistryRow } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { prepared } from './prepared.ts';

export async function listRegistries(db: Kysely<Schema>): Promise<RegistryRow[]> {
  const rows = await db.selectFrom('registries').selectAll().orderBy('id').execute();
  return rows.map((row) => ({ id: row.id, name: row.name, format: row.format, createdAt: row.created_at }));
}

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

function packageFrom(row: Selectable<Schema['packages']>): PackageRow {
  return {
    id: row.id,
    registryId: row.registry_id,
    name: row.name,
    origin: row.origin,
    revision: row.revision,
    history: row.history,
    visibility: row.visibility,
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

export async function readOwners(db: Kysely<Schema>, packageId: number): Promise<Owner[]> {
  return db
    .selectFrom('owners')
    .innerJoin('users', 'users.id', 'owners.user_id')
    .select(['users.id', 'users.name', 'users.email'])
    .where('owners.package_id', '=', packageId)
    .orderBy('owners.since')
    .orderBy('users.id')
    .execute();
}
