import type { Kysely, Selectable } from 'kysely';
import type { FactorPrompt, FactorStanding, Passkey, TotpRow } from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';
import { prepared } from './prepared.ts';

/** Asked with every change of a package by a person. */
const standing = prepared((db, userId: number) =>
  db
    .selectFrom('users')
    .leftJoin('second_factors', 'second_factors.user_id', 'users.id')
    .select((eb) => [
      'mode',
      'totp_secret',
      'totp_confirmed_at',
      eb
        .selectFrom('passkeys')
        .whereRef('passkeys.user_id', '=', 'users.id')
        .select((count) => count.fn.countAll<number>().as('count'))
        .as('passkeys'),
      eb
        .selectFrom('recovery_codes')
        .whereRef('recovery_codes.user_id', '=', 'users.id')
        .select((count) => count.fn.countAll<number>().as('count'))
        .as('recovery_codes'),
    ])
    .where('users.id', '=', userId),
);

export async function standingOf(db: Kysely<Schema>, userId: number): Promise<FactorStanding> {
  const row = await standing(db, userId);
  return {
    mode: row?.mode ?? 'auth-only',
    totp: totpState(row),
    passkeys: row?.passkeys ?? 0,
    recoveryCodes: row?.recovery_codes ?? 0,
  };
}

function totpState(
  row: { totp_secret: string | null; totp_confirmed_at: number | null } | undefined,
): FactorStanding['totp'] {
  if (row === undefined || row.totp_secret === null) return 'off';
  return row.totp_confirmed_at === null ? 'pending' : 'on';
}

export async function totpOf(db: Kysely<Schema>, userId: number): Promise<TotpRow | undefined> {
  const row = await db
    .selectFrom('second_factors')
    .select(['totp_secret', 'totp_confirmed_at', 'mode'])
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (row === undefined || row.totp_secret === null) return undefined;
  return { secret: row.totp_secret, confirmedAt: row.totp_confirmed_at, mode: row.mode };
}

export async function passkeysOf(db: Kysely<Schema>, userId: number): Promise<Passkey[]> {
  const rows = await db
    .selectFrom('passkeys')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('id')
    .execute();
  return rows.map(passkeyFrom);
}

function passkeyFrom(row: Selectable<Schema['passkeys']>): Passkey {
  return {
    id: row.id,
    userId: row.user_id,
    credentialId: row.credential_id,
    publicKey: new Uint8Array(row.public_key),
    counter: row.counter,
    transports: row.transports === '' ? [] : row.transports.split(','),
    name: row.name,
    createdAt: row.created_at,
    usedAt: row.used_at,
  };
}

export async function openPrompt(
  db: Kysely<Schema>,
  pageHash: string,
  now: number,
): Promise<FactorPrompt | undefined> {
  const row = await db
    .selectFrom('factor_prompts')
    .select(['user_id', 'purpose', 'passed_at'])
    .where('page_hash', '=', pageHash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row && { userId: row.user_id, purpose: row.purpose, passed: row.passed_at !== null };
}

export async function promptState(
  db: Kysely<Schema>,
  doneHash: string,
  now: number,
): Promise<'waiting' | 'passed' | undefined> {
  const row = await db
    .selectFrom('factor_prompts')
    .select('passed_at')
    .where('done_hash', '=', doneHash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row && (row.passed_at === null ? 'waiting' : 'passed');
}
