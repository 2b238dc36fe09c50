import type { User, UserStore } from '../../../accounts/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { forgetUser } from './forget.ts';
import { inherit } from './inherit.ts';
import { nowhere, recordEvent } from './record.ts';
import { endSessionsOf } from './sessions.ts';

type Input<M extends keyof UserStore> = Parameters<UserStore[M]>[0];

interface LockedUser {
  name: string;
  role: User['role'];
  disabledAt: number | null;
}

/** A hash that no password fits: see PHC string format, whose identifiers are lower-case. */
const NO_PASSWORD = '!';

export async function setRole(session: Session, { userId, role, at, by }: Input<'setRole'>): Promise<void> {
  const user = await lockUser(session, userId, { leaves: role !== 'administrator' });
  if (user.role === role) return;
  await session.db.updateTable('users').set({ role }).where('id', '=', userId).execute();
  const detail = { user: user.name, role, before: user.role };
  await recordEvent(session, { ...nowhere, type: 'user.role', at, actor: by, detail });
}

export async function disableUser(session: Session, { userId, at, by }: Input<'disable'>): Promise<void> {
  const user = await lockUser(session, userId, { leaves: true });
  if (user.disabledAt !== null) return;
  await session.db.updateTable('users').set({ disabled_at: at }).where('id', '=', userId).execute();
  await endAllOf(session, userId);
  const detail = { user: user.name };
  await recordEvent(session, { ...nowhere, type: 'user.disable', at, actor: by, detail });
}

export async function enableUser(session: Session, { userId, at, by }: Input<'enable'>): Promise<void> {
  const user = await lockUser(session, userId, { leaves: false });
  if (user.disabledAt === null) return;
  await session.db.updateTable('users').set({ disabled_at: null }).where('id', '=', userId).execute();
  const detail = { user: user.name };
  await recordEvent(session, { ...nowhere, type: 'user.enable', at, actor: by, detail });
}

export async function removeUser(
  session: Session,
  { userId, heirId, inherits, at, by }: Input<'remove'>,
): Promise<{ inherited: number }> {
  const { db } = session;
  const user = await lockUser(session, userId, { leaves: true });
  const heir = heirId === null ? undefined : await lockUser(session, heirId, { leaves: false });
  const inherited = await inherit(session, { user: user.name, userId, heirId, inherits, at });
  await db
    .updateTable('users')
    .set({
      email: null,
      role: 'user',
      password_hash: NO_PASSWORD,
      profile: '{}',
      updated_at: at,
      disabled_at: user.disabledAt ?? at,
      deleted_at: at,
    })
    .where('id', '=', userId)
    .execute();
  await forgetUser(session, { userId, by, at });
  const detail = { user: user.name, heir: heir?.name ?? null, inherited };
  await recordEvent(session, { ...nowhere, type: 'user.delete', at, actor: by, detail });
  return { inherited };
}

/**
 * The user, locked. `leaves`: after the change they may be no administrator any more. All administrators are locked then, in one order,
 * so that of the last two who leave at the same moment one finds out.
 */
async function lockUser(
  session: Session,
  userId: number,
  { leaves }: { leaves: boolean },
): Promise<LockedUser> {
  const { db } = session;
  const others = leaves
    ? await lockRows(
        session,
        db
          .selectFrom('users')
          .select('id')
          .where('role', '=', 'administrator')
          .where('disabled_at', 'is', null)
          .orderBy('id'),
      ).execute()
    : [];
  const row = await lockRows(
    session,
    db
      .selectFrom('users')
      .select(['name', 'role', 'disabled_at'])
      .where('id', '=', userId)
      .where('deleted_at', 'is', null),
  ).executeTakeFirst();
  if (row === undefined) throw new Fault('not_found', 'There is no such user (any more).');
  if (others.length === 1 && others[0]?.id === userId) {
    throw new Fault(
      'last_administrator',
      `${row.name} is the only administrator: make somebody else one first.`,
    );
  }
  return { name: row.name, role: row.role, disabledAt: row.disabled_at };
}

/** Whatever lets the user in without their password. Tokens stay: they are looked at together with their user. */
async function endAllOf(session: Session, userId: number): Promise<void> {
  await endSessionsOf(session, userId);
  await session.db.deleteFrom('secret_links').where('user_id', '=', userId).execute();
}
