import type { LinkPurpose, LinkStore, User } from '../../../accounts/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import type { Session } from '../capabilities.ts';
import { emailKey } from '../email-key.ts';
import { createUser } from './accounts.ts';
import { nowhere, recordEvent } from './record.ts';
import { endSessionsOf } from './sessions.ts';
import { putVerifiedEmail } from './verified-emails.ts';

type Input<M extends keyof LinkStore> = Parameters<LinkStore[M]>[0];

const EVENTS: Record<LinkPurpose, string> = {
  invitation: 'invitation.create',
  reset: 'user.reset-link',
  verification: 'user.verification-link',
};

export async function createLink(session: Session, link: Input<'create'>): Promise<boolean> {
  const { db } = session;
  const { hash, purpose, userId, email, at, expiresAt, most, by } = link;
  await db.deleteFrom('secret_links').where('expires_at', '<=', at).execute();
  // For nobody's links too, so that an unknown account costs what a known one does.
  const { count } = await db
    .selectFrom('secret_links')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('purpose', '=', purpose)
    .where('user_id', userId === null ? 'is' : '=', userId)
    .executeTakeFirstOrThrow();
  if (count >= most) return false;
  const { id } = await db
    .insertInto('secret_links')
    .values({
      hash,
      purpose,
      user_id: userId,
      email,
      made_by: by.name,
      created_at: at,
      expires_at: expiresAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const detail = { link: id, userId };
  await recordEvent(session, { ...nowhere, type: EVENTS[purpose], at, actor: by, detail });
  return true;
}

export async function revokeInvitation(
  session: Session,
  { id, at, by }: Input<'revokeInvitation'>,
): Promise<boolean> {
  const row = await session.db
    .deleteFrom('secret_links')
    .where('id', '=', id)
    .where('purpose', '=', 'invitation')
    .where('expires_at', '>', at)
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) return false;
  await recordEvent(session, { ...nowhere, type: 'invitation.revoke', at, actor: by, detail: { link: id } });
  return true;
}

export async function registerInvited(
  session: Session,
  { hash, user }: Input<'registerInvited'>,
): Promise<User> {
  const link = await take(session, { hash, purpose: 'invitation', at: user.at });
  const { email } = link;
  const invited = email !== null && user.email !== null && emailKey(email) === emailKey(user.email);
  const made = await createUser(session, user);
  // Somebody else may have verified the address since: then it is as if the person had typed it.
  if (invited) await putVerifiedEmail(session, { userId: made.id, email, at: user.at });
  return made;
}

export async function resetPassword(
  session: Session,
  { hash, passwordHash, at, by }: Input<'resetPassword'>,
): Promise<void> {
  const { db } = session;
  const { userId } = await take(session, { hash, purpose: 'reset', at });
  const row =
    userId === null
      ? undefined
      : await db
          .updateTable('users')
          .set({ password_hash: passwordHash, updated_at: at })
          .where('id', '=', userId)
          .where('disabled_at', 'is', null)
          .returning(['id', 'name'])
          .executeTakeFirst();
  if (row === undefined) throw invalid();
  await endSessionsOf(session, row.id);
  await db.deleteFrom('secret_links').where('user_id', '=', row.id).where('purpose', '=', 'reset').execute();
  const actor = { ...by, userId: row.id, name: row.name };
  const detail = { user: row.name, reset: true };
  await recordEvent(session, { ...nowhere, type: 'user.password', at, actor, detail });
}

export async function verifyEmail(
  session: Session,
  { hash, userId, at, by }: Input<'verifyEmail'>,
): Promise<void> {
  const link = await take(session, { hash, purpose: 'verification', at });
  const user = await session.db
    .selectFrom('users')
    .select(['id', 'name', 'email'])
    .where('id', '=', userId)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  // An address that the user has changed since is not theirs to verify any more.
  if (user === undefined || link.userId !== userId || link.email === null || link.email !== user.email) {
    throw invalid();
  }
  if (!(await putVerifiedEmail(session, { userId, email: link.email, at }))) {
    throw new Fault('email_taken', 'This address is the verified address of another account.');
  }
  const detail = { user: user.name, verified: true };
  await recordEvent(session, { ...nowhere, type: 'user.email', at, actor: by, detail });
}

/** Uses the link up: of two who come with it, one finds it. */
async function take(
  { db }: Session,
  { hash, purpose, at }: { hash: string; purpose: LinkPurpose; at: number },
): Promise<{ userId: number | null; email: string | null }> {
  const row = await db
    .deleteFrom('secret_links')
    .where('hash', '=', hash)
    .where('purpose', '=', purpose)
    .where('expires_at', '>', at)
    .returning(['user_id', 'email'])
    .executeTakeFirst();
  if (row === undefined) throw invalid();
  return { userId: row.user_id, email: row.email };
}

function invalid(): Fault {
  return new Fault('link_invalid', 'This link has expired or was used already: ask for a new one.');
}
