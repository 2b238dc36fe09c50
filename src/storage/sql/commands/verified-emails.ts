import type { Session } from '../capabilities.ts';
import { emailKey } from '../email-key.ts';

/** Makes the address the user's verified one. False if it is somebody else's. */
export async function putVerifiedEmail(
  session: Session,
  { userId, email, at }: { userId: number; email: string; at: number },
): Promise<boolean> {
  await dropVerifiedEmail(session, userId);
  const row = await session.db
    .insertInto('verified_emails')
    .values({ email_key: emailKey(email), user_id: userId, verified_at: at })
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function dropVerifiedEmail({ db }: Session, userId: number): Promise<void> {
  await db.deleteFrom('verified_emails').where('user_id', '=', userId).execute();
}
