import type { SecondFactorStore } from '../../../../accounts/index.ts';
import { delayAfter } from '../../../../accounts/light/index.ts';
import { lockRows, type Session } from '../../capabilities.ts';
import { forgiveGuesses, giveRecoveryCodes, recordFactorEvent, tidyAfterRemoval } from './standing.ts';

type Input<N extends keyof SecondFactorStore> = Parameters<SecondFactorStore[N]>[0];

export async function enrolTotp(
  { db }: Session,
  { userId, secret, mode }: Input<'enrolTotp'>,
): Promise<boolean> {
  // The mode of a user with a passkey stays: they change it with that passkey.
  const passkey = await db
    .selectFrom('passkeys')
    .select('id')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  const row = await db
    .insertInto('second_factors')
    .values({
      user_id: userId,
      mode,
      totp_secret: secret,
      totp_confirmed_at: null,
      totp_last_step: null,
    })
    .onConflict((conflict) =>
      conflict
        .column('user_id')
        .doUpdateSet({ totp_secret: secret, ...(passkey === undefined && { mode }) })
        .where('second_factors.totp_confirmed_at', 'is', null),
    )
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function confirmTotp(
  session: Session,
  { userId, secret, step, recoveryHashes, at, by }: Input<'confirmTotp'>,
): Promise<{ done: boolean; codes: boolean }> {
  const row = await session.db
    .updateTable('second_factors')
    .set({ totp_confirmed_at: at, totp_last_step: step, failures: 0, blocked_until: 0 })
    .where('user_id', '=', userId)
    .where('totp_secret', '=', secret)
    .where('totp_confirmed_at', 'is', null)
    .returning('mode')
    .executeTakeFirst();
  if (row === undefined) return { done: false, codes: false };
  const codes = await giveRecoveryCodes(session, userId, recoveryHashes);
  const detail = { kind: 'totp', mode: row.mode };
  await recordFactorEvent(session, { type: 'second-factor.enable', userId, at, by, detail });
  return { done: true, codes };
}

export async function useTotp({ db }: Session, { userId, step }: Input<'useTotp'>): Promise<boolean> {
  // One statement: of two replicas that are shown one code, the second finds the step taken.
  const row = await db
    .updateTable('second_factors')
    .set({ totp_last_step: step, failures: 0, blocked_until: 0 })
    .where('user_id', '=', userId)
    .where('totp_confirmed_at', 'is not', null)
    .where('totp_last_step', '<', step)
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function admitGuess(
  session: Session,
  { userId, at }: Input<'admitGuess'>,
): Promise<{ waitUntil: number | null }> {
  const { db } = session;
  const row = await lockRows(
    session,
    db.selectFrom('second_factors').select(['failures', 'blocked_until']).where('user_id', '=', userId),
  ).executeTakeFirst();
  if (row === undefined) return { waitUntil: null };
  if (row.blocked_until > at) return { waitUntil: row.blocked_until };
  const failures = row.failures + 1;
  const delay = delayAfter(failures);
  await db
    .updateTable('second_factors')
    // Nothing waits for a delay of none: whoever waited here for the row's lock has an earlier `at`.
    .set({ failures, blocked_until: delay === 0 ? 0 : at + delay })
    .where('user_id', '=', userId)
    .execute();
  return { waitUntil: null };
}

export async function useRecoveryCode(
  session: Session,
  { userId, hash, at, by }: Input<'useRecoveryCode'>,
): Promise<boolean> {
  const { db } = session;
  const row = await db
    .deleteFrom('recovery_codes')
    .where('user_id', '=', userId)
    .where('hash', '=', hash)
    .returning('hash')
    .executeTakeFirst();
  if (row === undefined) return false;
  await forgiveGuesses(session, userId);
  await recordFactorEvent(session, { type: 'second-factor.recovery', userId, at, by });
  return true;
}

export async function replaceRecoveryCodes(
  session: Session,
  { userId, hashes, at, by }: Input<'replaceRecoveryCodes'>,
): Promise<void> {
  await session.db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  await giveRecoveryCodes(session, userId, hashes);
  await recordFactorEvent(session, { type: 'second-factor.codes', userId, at, by });
}

export async function setFactorMode(
  session: Session,
  { userId, mode, at, by }: Input<'setFactorMode'>,
): Promise<void> {
  await session.db.updateTable('second_factors').set({ mode }).where('user_id', '=', userId).execute();
  await recordFactorEvent(session, { type: 'second-factor.mode', userId, at, by, detail: { mode } });
}

export async function removeTotp(
  session: Session,
  { userId, at, by }: Input<'removeTotp'>,
): Promise<boolean> {
  const { db } = session;
  const before = await lockRows(
    session,
    db
      .selectFrom('second_factors')
      .select('totp_confirmed_at')
      .where('user_id', '=', userId)
      .where('totp_secret', 'is not', null),
  ).executeTakeFirst();
  if (before === undefined) return false;
  await db
    .updateTable('second_factors')
    .set({ totp_secret: null, totp_confirmed_at: null, totp_last_step: null })
    .where('user_id', '=', userId)
    .execute();
  // What never counted is no loss to write down.
  if (before.totp_confirmed_at === null) return true;
  await tidyAfterRemoval(session, userId);
  const detail = { kind: 'totp' };
  await recordFactorEvent(session, { type: 'second-factor.remove', userId, at, by, detail });
  return true;
}

export async function removeFactors(
  session: Session,
  { userId, at, by }: Input<'removeFactors'>,
): Promise<boolean> {
  const { db } = session;
  const totp = await db
    .deleteFrom('second_factors')
    .where('user_id', '=', userId)
    .returning('totp_secret')
    .executeTakeFirst();
  const passkeys = await db.deleteFrom('passkeys').where('user_id', '=', userId).returning('id').execute();
  for (const table of ['recovery_codes', 'passkey_challenges', 'factor_prompts'] as const) {
    await db.deleteFrom(table).where('user_id', '=', userId).execute();
  }
  if ((totp?.totp_secret ?? null) === null && passkeys.length === 0) return false;
  await recordFactorEvent(session, { type: 'second-factor.disable', userId, at, by });
  return true;
}
