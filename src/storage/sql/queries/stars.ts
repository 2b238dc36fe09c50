import type { Kysely } from 'kysely';
import type { SearchQuery } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { isVisible } from './visible.ts';

export async function starredBy(db: Kysely<Schema>, packageId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('stars')
    .innerJoin('users', 'users.id', 'stars.user_id')
    .select('users.name')
    .where('stars.package_id', '=', packageId)
    .execute();
  return rows.map(({ name }) => name);
}

export async function starsOf(
  db: Kysely<Schema>,
  registryId: number,
  userName: string,
  readerId: SearchQuery['readerId'],
): Promise<string[]> {
  const rows = await db
    .selectFrom('stars')
    .innerJoin('users', 'users.id', 'stars.user_id')
    .innerJoin('packages', 'packages.id', 'stars.package_id')
    .select('packages.name')
    .where('users.name_key', '=', userName.toLowerCase())
    .where('packages.registry_id', '=', registryId)
    .where(isVisible(registryId, readerId))
    .orderBy('packages.name')
    .execute();
  return rows.map(({ name }) => name);
}
