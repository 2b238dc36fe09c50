import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** What users show besides their passwords. */
export async function secondFactors(db: Kysely<unknown>, { types }: Capabilities): Promise<void> {
  const { id, text, bytes } = types;
  const statements = [
    `create table second_factors (
      user_id bigint primary key references users (id), mode ${text} not null, totp_secret ${text},
      totp_confirmed_at bigint, totp_last_step bigint, failures bigint not null default 0,
      blocked_until bigint not null default 0)`,

    `create table recovery_codes (
      user_id bigint not null references users (id), hash ${text} not null, primary key (user_id, hash))`,

    `create table passkeys (
      id ${id}, user_id bigint not null references users (id), credential_id ${text} not null unique,
      public_key ${bytes} not null, counter bigint not null, transports ${text} not null, name ${text} not null,
      created_at bigint not null, used_at bigint)`,
    `create index passkeys_by_user on passkeys (user_id)`,

    `create table passkey_challenges (
      hash ${text} primary key, user_id bigint not null references users (id), purpose ${text} not null,
      expires_at bigint not null)`,
    `create index passkey_challenges_by_expiry on passkey_challenges (expires_at)`,

    `create table factor_prompts (
      id ${id}, user_id bigint not null references users (id), purpose ${text} not null, page_hash ${text} unique,
      done_hash ${text} unique, pass_hash ${text} unique, passed_at bigint, expires_at bigint not null)`,
    `create index factor_prompts_by_user on factor_prompts (user_id)`,
    `create index factor_prompts_by_expiry on factor_prompts (expires_at)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
