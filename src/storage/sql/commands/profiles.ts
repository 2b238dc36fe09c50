import type { AccountStore, Profile, ProfileFields } from '../../../accounts/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { profileFrom } from '../queries/accounts.ts';
import { isVerified } from '../queries/verified-emails.ts';
import { nowhere, recordEvent } from './record.ts';
import { endSessionsOf } from './sessions.ts';
import { dropVerifiedEmail } from './verified-emails.ts';

export async function changePassword(
  session: Session,
  { userId, oldHash, newHash, at, by }: Parameters<AccountStore['changePassword']>[0],
): Promise<boolean> {
  const row = await session.db
    .updateTable('users')
    .set({ password_hash: newHash, updated_at: at })
    .where('id', '=', userId)
    .where('password_hash', '=', oldHash)
    .returning('name')
    .executeTakeFirst();
  if (row === undefined) return false;
  await endSessionsOf(session, userId, by.via);
  await recordEvent(session, {
    ...nowhere,
    type: 'user.password',
    at,
    actor: by,
    detail: { user: row.name },
  });
  return true;
}

export async function updateProfile(
  session: Session,
  { userId, email, fields, at, by }: Parameters<AccountStore['updateProfile']>[0],
): Promise<Profile> {
  const { db } = session;
  const before = await lockRows(
    session,
    db.selectFrom('users').select(['name', 'email', 'profile']).where('id', '=', userId),
  ).executeTakeFirst();
  if (before === undefined) throw new Fault('not_found', 'There is no such user any more.');
  const profile = { ...(JSON.parse(before.profile) as Partial<ProfileFields>), ...fields };
  const row = await db
    .updateTable('users')
    .set({
      email: email === undefined ? before.email : email,
      profile: JSON.stringify(profile),
      updated_at: at,
    })
    .where('id', '=', userId)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (email !== undefined && email !== before.email) await dropVerifiedEmail(session, userId);
  await recordEvent(session, {
    ...nowhere,
    type: 'user.update',
    at,
    actor: by,
    // What was written is the user's own affair, and an event stays for ever.
    detail: {
      user: before.name,
      fields: [...(email === undefined ? [] : ['email']), ...Object.keys(fields)],
    },
  });
  return profileFrom(row, await isVerified(db, userId));
}
