import { sql, type Kysely } from 'kysely';
import type {
  Invitation,
  Member,
  Organisation,
  OrganisationRole,
  OrganisationStore,
  Page,
  Team,
} from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';

const organisationColumns = [
  'organisations.id',
  'organisations.name',
  'organisations.description',
  'organisations.created_at as createdAt',
] as const;

export async function findOrganisation(
  db: Kysely<Schema>,
  name: string,
  userId: number,
): ReturnType<OrganisationStore['find']> {
  return db
    .selectFrom('organisations')
    .leftJoin('organisation_members', (join) =>
      join
        .onRef('organisation_members.organisation_id', '=', 'organisations.id')
        .on('organisation_members.user_id', '=', userId),
    )
    .select([...organisationColumns, 'organisation_members.role'])
    .where('organisations.name_key', '=', name.toLowerCase())
    .executeTakeFirst();
}

export async function organisationsOf(
  db: Kysely<Schema>,
  userId: number,
): Promise<(Organisation & { role: OrganisationRole })[]> {
  return db
    .selectFrom('organisation_members')
    .innerJoin('organisations', 'organisations.id', 'organisation_members.organisation_id')
    .select([...organisationColumns, 'organisation_members.role'])
    .where('organisation_members.user_id', '=', userId)
    .orderBy('organisations.name')
    .execute();
}

export async function readMembers(
  db: Kysely<Schema>,
  organisationId: number,
  { limit, offset }: Page,
): Promise<Member[]> {
  return db
    .selectFrom('organisation_members')
    .innerJoin('users', 'users.id', 'organisation_members.user_id')
    .select(['users.id as userId', 'users.name', 'organisation_members.role', 'organisation_members.since'])
    .where('organisation_members.organisation_id', '=', organisationId)
    .orderBy('users.name_key')
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countMembers(db: Kysely<Schema>, organisationId: number): Promise<number> {
  const { count } = await db
    .selectFrom('organisation_members')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('organisation_id', '=', organisationId)
    .executeTakeFirstOrThrow();
  return count;
}

const teamColumns = ['id', 'name', 'description', 'created_at as createdAt'] as const;

export async function readTeams(db: Kysely<Schema>, organisationId: number): Promise<Team[]> {
  return db
    .selectFrom('teams')
    .select(teamColumns)
    .where('organisation_id', '=', organisationId)
    .orderBy('name')
    .execute();
}

export async function findTeam(
  db: Kysely<Schema>,
  organisationId: number,
  name: string,
): Promise<Team | undefined> {
  return db
    .selectFrom('teams')
    .select(teamColumns)
    .where('organisation_id', '=', organisationId)
    .where('name', '=', name)
    .executeTakeFirst();
}

export async function readTeamMembers(db: Kysely<Schema>, teamId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('team_members')
    .innerJoin('users', 'users.id', 'team_members.user_id')
    .select('users.name')
    .where('team_members.team_id', '=', teamId)
    .orderBy('users.name_key')
    .execute();
  return rows.map(({ name }) => name);
}

export function readInvitations(
  db: Kysely<Schema>,
  which: { organisationId: number } | { userId: number } | { id: number } | { secretHash: string },
  now: number,
): Promise<Invitation[]> {
  const [column, value] =
    'organisationId' in which
      ? (['organisation_id', which.organisationId] as const)
      : 'userId' in which
        ? (['user_id', which.userId] as const)
        : 'id' in which
          ? (['id', which.id] as const)
          : (['secret_hash', which.secretHash] as const);
  return db
    .selectFrom('organisation_invitations')
    .innerJoin('organisations', 'organisations.id', 'organisation_invitations.organisation_id')
    .leftJoin('users', 'users.id', 'organisation_invitations.user_id')
    .select([
      'organisation_invitations.id',
      'organisations.name as organisation',
      'users.name as user',
      'organisation_invitations.email',
      'organisation_invitations.role',
      'organisation_invitations.invited_by as invitedBy',
      'organisation_invitations.created_at as createdAt',
      'organisation_invitations.expires_at as expiresAt',
    ])
    .where(sql.ref(`organisation_invitations.${column}`), '=', value)
    .where('organisation_invitations.expires_at', '>', now)
    .orderBy('organisation_invitations.id')
    .execute();
}
