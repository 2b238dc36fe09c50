import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { SearchQuery } from '../../../registry/index.ts';

/** As `isReadable`, of what is owned here. */
export function isVisible(registryId: number, readerId: SearchQuery['readerId']): RawBuilder<SqlBool> {
  return sql`packages.origin = 'local' and ${isReadable(registryId, readerId)}`;
}

/**
 * Condition on `packages` of a registry: here, and the reader may know of it. Applied before anything is counted or paged. It is
 * `mayRead` of the policy once more, for many packages at a time; a test compares the two.
 */
export function isReadable(registryId: number, readerId: SearchQuery['readerId']): RawBuilder<SqlBool> {
  const here = sql<SqlBool>`packages.removed_at is null`;
  if (readerId === 'all') return here;
  return sql`${here} and ${isOpen(registryId, readerId)} and ${hasRight(registryId, readerId)}`;
}

/** The reader may know of the registry; `seesRegistry` once more. Depends on no package, so the database asks it once. */
export function isOpen(registryId: number, readerId: SearchQuery['readerId']): RawBuilder<SqlBool> {
  if (readerId === 'all') return sql`true`;
  const registry = sql`(select registries.visibility from registries where registries.id = ${registryId})`;
  if (readerId === null) return sql`${registry} = 'public'`;
  return sql`(${registry} <> 'private' or exists ${rolesIn(registryId, readerId)})`;
}

/** Condition on `packages` of a registry that is open to the reader: `rightOn` gives them something, removed or not. */
export function hasRight(registryId: number, readerId: SearchQuery['readerId']): RawBuilder<SqlBool> {
  if (readerId === 'all') return sql`true`;
  if (readerId === null) return sql`packages.visibility = 'public'`;
  const roles = rolesIn(registryId, readerId);
  return sql`(
    packages.visibility <> 'private'
    or exists (select 1 from owners where owners.package_id = packages.id and owners.user_id = ${readerId})
    or exists (select 1 from organisation_members
      where organisation_members.organisation_id = packages.organisation_id and organisation_members.user_id = ${readerId})
    or exists (select 1 from team_grants join team_members on team_members.team_id = team_grants.team_id
      where team_grants.package_id = packages.id and team_members.user_id = ${readerId})
    or exists (select 1 from ${roles} as roles where roles.role in ('maintainer', 'owner')))`;
}

/** Condition on `packages` of a registry: the user may publish versions of it; `rightOn` once more. */
export function isWritable(registryId: number, userId: number | 'all'): RawBuilder<SqlBool> {
  if (userId === 'all') return sql`true`;
  return sql`(
    exists (select 1 from owners where owners.package_id = packages.id and owners.user_id = ${userId})
    or exists (select 1 from organisation_members
      where organisation_members.organisation_id = packages.organisation_id
      and organisation_members.user_id = ${userId} and organisation_members.role <> 'reader')
    or exists (select 1 from team_grants join team_members on team_members.team_id = team_grants.team_id
      where team_grants.package_id = packages.id and team_grants.access = 'write' and team_members.user_id = ${userId})
    or exists (select 1 from ${rolesIn(registryId, userId)} as roles where roles.role in ('maintainer', 'owner')))`;
}

/** A user's roles in a registry: as its member and through the organisation that it belongs to. */
function rolesIn(registryId: number, userId: number): RawBuilder<unknown> {
  return sql`(
    select role from registry_members where registry_id = ${registryId} and user_id = ${userId}
    union all
    select organisation_members.role from registries
    join organisation_members on organisation_members.organisation_id = registries.organisation_id
    where registries.id = ${registryId} and organisation_members.user_id = ${userId})`;
}
