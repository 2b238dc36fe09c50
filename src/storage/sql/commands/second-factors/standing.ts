import type { Actor } from '../../../../ledger/index.ts';
import type { Session } from '../../capabilities.ts';
import { nowhere, recordEvent } from '../record.ts';

/** Writes an event on a user's factors; the name stands in it, since an id says nothing to who reads the record. */
export async function recordFactorEvent(
  session: Session,
  {
    type,
    userId,
    at,
    by,
    detail,
  }: {
    type: `second-factor.${string}`;
    userId: number;
    at: number;
    by: Actor;
    detail?: Record<string, unknown>;
  },
): Promise<void> {
  const { name } = await session.db
    .selectFrom('users')
    .select('name')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow();
  await recordEvent(session, { ...nowhere, type, at, actor: by, detail: { user: name, ...detail } });
}

/** Takes the codes over unless the user has some; true if so. */
export async function giveRecoveryCodes({ db }: Session, userId: number, hashes: string[]): Promise<boolean> {
  const has = await db
    .selectFrom('recovery_codes')
    .select('hash')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (has !== undefined || hashes.length === 0) return false;
  await db
    .insertInto('recovery_codes')
    .values(hashes.map((hash) => ({ user_id: userId, hash })))
    .execute();
  return true;
}

/** Without a factor, recovery codes and prompts mean nothing. */
export async function tidyAfterRemoval({ db }: Session, userId: number): Promise<void> {
  const totp = await db
    .selectFrom('second_factors')
    .select('user_id')
    .where('user_id', '=', userId)
    .where('totp_confirmed_at', 'is not', null)
    .executeTakeFirst();
  const passkey = await db
    .selectFrom('passkeys')
    .select('id')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (totp !== undefined || passkey !== undefined) return;
  await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  await db.deleteFrom('factor_prompts').where('user_id', '=', userId).execute();
}

/** A right code or passkey: the guesses before it are forgiven. */
export async function forgiveGuesses({ db }: Session, userId: number): Promise<void> {
  await db
    .updateTable('second_factors')
    .set({ failures: 0, blocked_until: 0 })
    .where('user_id', '=', userId)
    .where('failures', '>', 0)
    .execute();
}
