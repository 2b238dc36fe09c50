import type {
  OrganisationStore,
  Organisation,
  OrganisationCommand,
  OrganisationRole,
} from '../../../accounts/index.ts';
import { lookalikeOf, mayAssign } from '../../../accounts/light/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { nowhere, recordEvent } from './record.ts';

type Input<Method extends keyof OrganisationStore> = Parameters<OrganisationStore[Method]>[0];

export async function createOrganisation(session: Session, command: Input<'create'>): Promise<Organisation> {
  const { db } = session;
  const { name, description, ownerId, by, administrator, at } = command;
  const nameKey = name.toLowerCase();
  const lookalike = lookalikeOf(name);
  const row = await db
    .insertInto('organisations')
    .values({ name, name_key: nameKey, lookalike, description, created_at: at })
    .onConflict((conflict) => conflict.column('name_key').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw taken(name);
  await claimName(session, command, row.id);
  if (!administrator) await assertPlain(session, nameKey, lookalike, ownerId);
  await db
    .insertInto('organisation_members')
    .values({ organisation_id: row.id, user_id: ownerId, role: 'owner', since: at })
    .execute();
  const packages = await db
    .updateTable('packages')
    .set(({ eb }) => ({
      organisation_id: row.id,
      revision: eb('revision', '+', 1),
      history: eb('history', '+', 1),
    }))
    .where('registry_id', 'in', (eb) => eb.selectFrom('registries').select('id'))
    // `0` follows `/`, so that an index finds them.
    .where('name', '>=', `@${nameKey}/`)
    .where('name', '<', `@${nameKey}0`)
    .where('origin', '=', 'local')
    .where('organisation_id', 'is', null)
    .returning('id')
    .execute();
  await recordEvent(session, {
    ...nowhere,
    type: 'organisation.create',
    at,
    actor: by,
    detail: { organisation: name, owner: ownerId, packages: packages.length },
  });
  return { id: row.id, name, description, createdAt: at };
}

/** The name in the namespace that users are in too; a user's is for an administrator to share. */
async function claimName(
  { db }: Session,
  { name, administrator }: Input<'create'>,
  id: number,
): Promise<void> {
  const claimed = await db
    .insertInto('account_names')
    .values({
      name_key: name.toLowerCase(),
      lookalike: lookalikeOf(name),
      user_id: null,
      organisation_id: id,
    })
    .onConflict((conflict) => {
      const column = conflict.column('name_key');
      return administrator ? column.doUpdateSet({ organisation_id: id }) : column.doNothing();
    })
    .returning('name_key')
    .executeTakeFirst();
  if (claimed === undefined) throw taken(name);
}

/** Refuses a name that people take for another one, and a scope in which others have packages. */
async function assertPlain(
  session: Session,
  nameKey: string,
  lookalike: string,
  ownerId: number,
): Promise<void> {
  const { db } = session;
  const similar =
    (await db
      .selectFrom('account_names')
      .select('name_key as found')
      .where('lookalike', '=', lookalike)
      .where('name_key', '!=', nameKey)
      .limit(1)
      .executeTakeFirst()) ??
    (await db
      .selectFrom('scopes')
      .select('scope as found')
      .where('lookalike', '=', lookalike)
      .where('scope', '!=', nameKey)
      .limit(1)
      .executeTakeFirst());
  const foreign =
    similar ??
    (await db
      .selectFrom('packages')
      .select('packages.id as found')
      .where('registry_id', 'in', (eb) => eb.selectFrom('registries').select('id'))
      .where('name', '>=', `@${nameKey}/`)
      .where('name', '<', `@${nameKey}0`)
      .where('origin', '=', 'local')
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('owners')
              .select('owners.user_id')
              .whereRef('owners.package_id', '=', 'packages.id')
              .where('owners.user_id', '=', ownerId),
          ),
        ),
      )
      .limit(1)
      .executeTakeFirst());
  if (foreign === undefined) return;
  throw new Fault(
    'name_confusing',
    'This name is in use, or looks like one that is, where only "-", "_" or "." differ: choose another one, or ask an administrator.',
  );
}

export async function setMember(session: Session, command: Input<'setMember'>): Promise<void> {
  const { userId, role } = command;
  const { own, before, organisation } = await lockRoles(session, command, userId);
  assertAssign(command, { own, before, after: role });
  if (before === role) return;
  if (before === 'owner') await assertOtherOwner(session, command.organisationId, userId, organisation);
  await putMember(session, command, userId, role);
  await recordMember(session, command, organisation, userId, role);
}

export async function putMember(
  { db }: Session,
  { organisationId, at }: { organisationId: number; at: number },
  userId: number,
  role: OrganisationRole,
): Promise<void> {
  await db
    .insertInto('organisation_members')
    .values({ organisation_id: organisationId, user_id: userId, role, since: at })
    .onConflict((conflict) => conflict.columns(['organisation_id', 'user_id']).doUpdateSet({ role }))
    .execute();
}

export async function removeMember(session: Session, command: Input<'removeMember'>): Promise<void> {
  const { db } = session;
  const { organisationId, userId, by } = command;
  const { own, before, organisation } = await lockRoles(session, command, userId);
  if (by.userId !== userId) assertAssign(command, { own, before, after: null });
  if (before === null) {
    throw new Fault('not_found', `This user is no member of ${organisation}.`);
  }
  if (before === 'owner') await assertOtherOwner(session, organisationId, userId, organisation);
  await db
    .deleteFrom('team_members')
    .where('user_id', '=', userId)
    .where('team_id', 'in', (eb) =>
      eb.selectFrom('teams').select('id').where('organisation_id', '=', organisationId),
    )
    .execute();
  await db
    .deleteFrom('organisation_members')
    .where('organisation_id', '=', organisationId)
    .where('user_id', '=', userId)
    .execute();
  await recordMember(session, command, organisation, userId, null);
}

interface Roles {
  organisation: string;
  /** The actor's role, and that of the member in question. */
  own: OrganisationRole | null;
  before: OrganisationRole | null;
}

/** The roles that a change is judged by, under the lock of the organisation: of two owners who leave at once one stays. */
export async function lockRoles(
  session: Session,
  { organisationId, by }: Pick<OrganisationCommand, 'organisationId' | 'by'>,
  userId: number | null,
): Promise<Roles> {
  const { db } = session;
  const { name } = await lockRows(
    session,
    db.selectFrom('organisations').select('name').where('id', '=', organisationId),
  ).executeTakeFirstOrThrow();
  const roleOf = async (id: number | null) => {
    if (id === null) return null;
    const row = await db
      .selectFrom('organisation_members')
      .select('role')
      .where('organisation_id', '=', organisationId)
      .where('user_id', '=', id)
      .executeTakeFirst();
    return row?.role ?? null;
  };
  return { organisation: name, own: await roleOf(by.userId), before: await roleOf(userId) };
}

/** Fault `forbidden` unless the actor may make this change of a member. */
export function assertAssign(
  { administrator }: Pick<OrganisationCommand, 'administrator'>,
  {
    own,
    before,
    after,
  }: { own: OrganisationRole | null; before: OrganisationRole | null; after: OrganisationRole | null },
): void {
  if (administrator || mayAssign(own, before, after)) return;
  throw new Fault(
    'forbidden',
    own === 'maintainer'
      ? 'Maintainers look after readers and publishers only: ask an owner of the organisation.'
      : 'Only owners and maintainers look after the members of an organisation: ask one of them.',
  );
}

async function assertOtherOwner(
  { db }: Session,
  organisationId: number,
  userId: number,
  organisation: string,
): Promise<void> {
  const other = await db
    .selectFrom('organisation_members')
    .select('user_id')
    .where('organisation_id', '=', organisationId)
    .where('role', '=', 'owner')
    .where('user_id', '!=', userId)
    .limit(1)
    .executeTakeFirst();
  if (other !== undefined) return;
  throw new Fault('last_owner', `${organisation} needs an owner: make somebody else one first.`);
}

export async function recordMember(
  session: Session,
  { by, at }: Pick<OrganisationCommand, 'by' | 'at'>,
  organisation: string,
  userId: number,
  role: OrganisationRole | null,
): Promise<void> {
  const user = await session.db
    .selectFrom('users')
    .select('name')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow();
  await recordEvent(session, {
    ...nowhere,
    type: 'organisation.member',
    at,
    actor: by,
    detail: { organisation, user: user.name, role },
  });
}

function taken(name: string): Fault {
  return new Fault('name_taken', `The name ${name} is taken by a user or an organisation: choose another.`);
}
