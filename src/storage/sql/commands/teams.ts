import type { OrganisationCommand, OrganisationStore, Team } from '../../../accounts/index.ts';
import { atLeast } from '../../../accounts/light/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import type { Session } from '../capabilities.ts';
import { lockRoles } from './organisations.ts';
import { nowhere, recordEvent } from './record.ts';

type Input<Method extends keyof OrganisationStore> = Parameters<OrganisationStore[Method]>[0];

export async function createTeam(session: Session, command: Input<'createTeam'>): Promise<Team> {
  const { organisationId, name, description, at } = command;
  const organisation = await lockForTeams(session, command);
  const row = await session.db
    .insertInto('teams')
    .values({ organisation_id: organisationId, name, description, created_at: at })
    .onConflict((conflict) => conflict.columns(['organisation_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) {
    throw new Fault('team_exists', `${organisation} has a team ${name} already: choose another name.`);
  }
  await recordTeam(session, command, 'team.create', { organisation, team: name });
  return { id: row.id, name, description, createdAt: at };
}

export async function removeTeam(session: Session, command: Input<'removeTeam'>): Promise<void> {
  const { db } = session;
  const { name } = command;
  const organisation = await lockForTeams(session, command);
  const id = await teamId(session, command, organisation, name);
  const grants = await db
    .deleteFrom('team_grants')
    .where('team_id', '=', id)
    .returning('package_id')
    .execute();
  await db.deleteFrom('team_members').where('team_id', '=', id).execute();
  await db.deleteFrom('teams').where('id', '=', id).execute();
  await recordTeam(session, command, 'team.remove', { organisation, team: name, packages: grants.length });
}

export async function setTeamMember(session: Session, command: Input<'setTeamMember'>): Promise<void> {
  const { db } = session;
  const { organisationId, name, userId, member, at } = command;
  const organisation = await lockForTeams(session, command);
  const id = await teamId(session, command, organisation, name);
  const user = await db
    .selectFrom('users')
    .leftJoin('organisation_members', (join) =>
      join
        .onRef('organisation_members.user_id', '=', 'users.id')
        .on('organisation_members.organisation_id', '=', organisationId),
    )
    .select(['users.name', 'organisation_members.role'])
    .where('users.id', '=', userId)
    .executeTakeFirstOrThrow();
  if (member && user.role === null) {
    throw new Fault(
      'bad_request',
      `${user.name} is no member of ${organisation}: make them one first (npm org set ${organisation} ${user.name}).`,
    );
  }
  const changed = member
    ? await db
        .insertInto('team_members')
        .values({ team_id: id, user_id: userId, since: at })
        .onConflict((conflict) => conflict.columns(['team_id', 'user_id']).doNothing())
        .returning('user_id')
        .executeTakeFirst()
    : await db
        .deleteFrom('team_members')
        .where('team_id', '=', id)
        .where('user_id', '=', userId)
        .returning('user_id')
        .executeTakeFirst();
  if (changed === undefined) return;
  await recordTeam(session, command, 'team.member', { organisation, team: name, user: user.name, member });
}

/** Answers the organisation's name. Fault `forbidden` unless the actor is one of its maintainers. */
async function lockForTeams(session: Session, command: OrganisationCommand): Promise<string> {
  const { own, organisation } = await lockRoles(session, command, null);
  if (command.administrator || atLeast(own, 'maintainer')) return organisation;
  throw new Fault(
    'forbidden',
    `Only owners and maintainers look after the teams of ${organisation}: ask one of them.`,
  );
}

async function teamId(
  { db }: Session,
  { organisationId }: OrganisationCommand,
  organisation: string,
  name: string,
): Promise<number> {
  const row = await db
    .selectFrom('teams')
    .select('id')
    .where('organisation_id', '=', organisationId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (row) return row.id;
  throw new Fault(
    'team_not_found',
    `The organisation ${organisation} has no team ${JSON.stringify(name.slice(0, 80))}.`,
  );
}

async function recordTeam(
  session: Session,
  { by, at }: OrganisationCommand,
  type: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await recordEvent(session, { ...nowhere, type, at, actor: by, detail });
}
