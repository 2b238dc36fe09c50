import type { SecondFactorStore } from '../../../../accounts/index.ts';
import { Fault } from '../../../../kernel/light/index.ts';
import type { Session } from '../../capabilities.ts';
import { forgiveGuesses, giveRecoveryCodes, recordFactorEvent, tidyAfterRemoval } from './standing.ts';

type Input<N extends keyof SecondFactorStore> = Parameters<SecondFactorStore[N]>[0];

export async function addPasskey(
  session: Session,
  { passkey, mode, recoveryHashes, at, by }: Input<'addPasskey'>,
): Promise<{ id: number; codes: boolean }> {
  const { db } = session;
  const { userId, name } = passkey;
  const known = await db.selectFrom('passkeys').select('id').where('user_id', '=', userId).executeTakeFirst();
  await db
    .insertInto('second_factors')
    .values({
      user_id: userId,
      mode,
      totp_secret: null,
      totp_confirmed_at: null,
      totp_last_step: null,
    })
    .onConflict((conflict) => {
      const first = conflict.column('user_id');
      return known === undefined
        ? first.doUpdateSet({ mode }).where('second_factors.totp_confirmed_at', 'is', null)
        : first.doNothing();
    })
    .execute();
  const row = await db
    .insertInto('passkeys')
    .values({
      user_id: userId,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      counter: passkey.counter,
      transports: passkey.transports.join(','),
      name,
      created_at: at,
      used_at: null,
    })
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw new Fault('conflict', 'This passkey is registered already.');
  const codes = await giveRecoveryCodes(session, userId, recoveryHashes);
  const detail = { kind: 'passkey', name };
  await recordFactorEvent(session, { type: 'second-factor.enable', userId, at, by, detail });
  return { id: row.id, codes };
}

export async function usePasskey(
  session: Session,
  { credentialId, counter, at }: Input<'usePasskey'>,
): Promise<boolean> {
  const row = await session.db
    .updateTable('passkeys')
    .set({ counter, used_at: at })
    .where('credential_id', '=', credentialId)
    .where((eb) =>
      eb.or([eb('counter', '<', counter), eb.and([eb('counter', '=', 0), eb.val(counter === 0)])]),
    )
    .returning('user_id')
    .executeTakeFirst();
  if (row === undefined) return false;
  await forgiveGuesses(session, row.user_id);
  return true;
}

export async function renamePasskey(
  session: Session,
  { userId, id, name, at, by }: Input<'renamePasskey'>,
): Promise<boolean> {
  const row = await session.db
    .updateTable('passkeys')
    .set({ name })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) return false;
  const detail = { kind: 'passkey', name };
  await recordFactorEvent(session, { type: 'second-factor.rename', userId, at, by, detail });
  return true;
}

export async function removePasskey(
  session: Session,
  { userId, id, at, by }: Input<'removePasskey'>,
): Promise<boolean> {
  const row = await session.db
    .deleteFrom('passkeys')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .returning('name')
    .executeTakeFirst();
  if (row === undefined) return false;
  await tidyAfterRemoval(session, userId);
  const detail = { kind: 'passkey', name: row.name };
  await recordFactorEvent(session, { type: 'second-factor.remove', userId, at, by, detail });
  return true;
}

export async function startChallenge(
  { db }: Session,
  { hash, userId, purpose, at, expiresAt }: Input<'startChallenge'>,
): Promise<void> {
  await db.deleteFrom('passkey_challenges').where('expires_at', '<=', at).execute();
  await db
    .insertInto('passkey_challenges')
    .values({ hash, user_id: userId, purpose, expires_at: expiresAt })
    .execute();
}

export async function takeChallenge(
  { db }: Session,
  { hash, userId, purpose, at }: Input<'takeChallenge'>,
): Promise<boolean> {
  const row = await db
    .deleteFrom('passkey_challenges')
    .where('hash', '=', hash)
    .where('user_id', '=', userId)
    .where('purpose', '=', purpose)
    .where('expires_at', '>', at)
    .returning('hash')
    .executeTakeFirst();
  return row !== undefined;
}
