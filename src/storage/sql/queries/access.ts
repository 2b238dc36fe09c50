import { sql, type Kysely } from 'kysely';
import type { AccessLevel, PackageAccess, TeamGrant, Transfer } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { isVisible } from './visible.ts';

export async function readGrants(db: Kysely<Schema>, packageId: number): Promise<TeamGrant[]> {
  return db
    .selectFrom('team_grants')
    .innerJoin('teams', 'teams.id', 'team_grants.team_id')
    .innerJoin('organisations', 'organisations.id', 'teams.organisation_id')
    .select(['organisations.name as organisation', 'teams.name as team', 'team_grants.access'])
    .where('team_grants.package_id', '=', packageId)
    .orderBy('organisations.name')
    .orderBy('teams.name')
    .execute();
}

export async function readCollaborators(
  db: Kysely<Schema>,
  packageId: number,
): Promise<Record<string, AccessLevel>> {
  const { rows } = await sql<{ name: string; access: AccessLevel }>`
    select users.name, max(access) as access from (
      select user_id, 'write' as access from owners where package_id = ${packageId}
      union all
      select organisation_members.user_id, case when organisation_members.role = 'reader' then 'read' else 'write' end
      from packages join organisation_members on organisation_members.organisation_id = packages.organisation_id
      where packages.id = ${packageId}
      union all
      select team_members.user_id, team_grants.access
      from team_grants join team_members on team_members.team_id = team_grants.team_id
      where team_grants.package_id = ${packageId}
    ) as holders join users on users.id = holders.user_id
    group by users.name order by users.name`.execute(db);
  return Object.fromEntries(rows.map(({ name, access }) => [name, access]));
}

export async function readPackagesOf(
  db: Kysely<Schema>,
  { registryId, of, readerId }: Parameters<PackageAccess['packagesOf']>[0],
): Promise<Record<string, AccessLevel>> {
  const theirs =
    'teamId' in of
      ? sql`select package_id, access from team_grants where team_id = ${of.teamId}`
      : 'organisationId' in of
        ? sql`select id as package_id, 'write' as access from packages where organisation_id = ${of.organisationId}`
        : sql`select package_id, 'write' as access from owners where user_id = ${of.userId}
            union all
            select packages.id, case when organisation_members.role = 'reader' then 'read' else 'write' end
            from organisation_members join packages on packages.organisation_id = organisation_members.organisation_id
            where organisation_members.user_id = ${of.userId}
            union all
            select team_grants.package_id, team_grants.access
            from team_members join team_grants on team_grants.team_id = team_members.team_id
            where team_members.user_id = ${of.userId}`;
  const { rows } = await sql<{ name: string; access: AccessLevel }>`
    select packages.name, max(theirs.access) as access from (${theirs}) as theirs
    join packages on packages.id = theirs.package_id
    where packages.registry_id = ${registryId} and ${isVisible(registryId, readerId)}
    group by packages.name order by packages.name`.execute(db);
  return Object.fromEntries(rows.map(({ name, access }) => [name, access]));
}

export async function readOffers(db: Kysely<Schema>, userId: number, now: number): Promise<Transfer[]> {
  const rows = await db
    .selectFrom('package_transfers')
    .innerJoin('packages', 'packages.id', 'package_transfers.package_id')
    .innerJoin('registries', 'registries.id', 'packages.registry_id')
    .leftJoin('users as target', 'target.id', 'package_transfers.to_user_id')
    .leftJoin('organisations', 'organisations.id', 'package_transfers.to_organisation_id')
    .leftJoin('users as giver', 'giver.id', 'package_transfers.offered_by')
    .select([
      'registries.name as registry',
      'packages.name',
      'target.name as user',
      'organisations.name as organisation',
      'giver.name as offeredBy',
      'package_transfers.created_at as createdAt',
      'package_transfers.expires_at as expiresAt',
    ])
    .where('package_transfers.expires_at', '>', now)
    .where(({ or, eb, selectFrom }) =>
      or([
        eb('package_transfers.to_user_id', '=', userId),
        eb(
          'package_transfers.to_organisation_id',
          'in',
          selectFrom('organisation_members')
            .select('organisation_members.organisation_id')
            .where('organisation_members.user_id', '=', userId)
            .where('organisation_members.role', '!=', 'reader'),
        ),
      ]),
    )
    .orderBy('packages.name')
    .execute();
  return rows.map(({ user, organisation, registry, name, offeredBy, createdAt, expiresAt }) => ({
    registry,
    name,
    to: user === null ? { kind: 'organisation', name: organisation ?? '' } : { kind: 'user', name: user },
    offeredBy,
    createdAt,
    expiresAt,
  }));
}
