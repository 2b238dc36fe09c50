import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Jobs that publish without a user, and log-ins that happen elsewhere. */
export async function machines(db: Kysely<unknown>, { types: { id, text } }: Capabilities): Promise<void> {
  const statements = [
    `alter table packages add column trusted_only integer not null default 0`,

    `create table trusted_publishers (
      id ${text} primary key, package_id bigint not null references packages (id), type ${text} not null,
      issuer ${text} not null, audience ${text}, claims ${text} not null, permissions ${text} not null,
      lasting_id ${text}, created_at bigint not null, created_by ${text})`,
    `create index trusted_publishers_by_package on trusted_publishers (package_id)`,

    `create table machine_tokens (
      id ${id}, hash ${text} not null unique, label ${text} not null, claims ${text} not null,
      created_at bigint not null, expires_at bigint not null)`,
    `create index machine_tokens_by_expiry on machine_tokens (expires_at)`,
    `create table machine_grants (
      token_id bigint not null references machine_tokens (id), trust_id ${text} not null references trusted_publishers (id),
      primary key (token_id, trust_id))`,
    `create index machine_grants_by_trust on machine_grants (trust_id)`,

    `create table used_identity_tokens (hash ${text} primary key, expires_at bigint not null)`,
    `create index used_identity_tokens_by_expiry on used_identity_tokens (expires_at)`,

    `create table sign_ons (
      state_hash ${text} primary key, browser_hash ${text} not null, nonce ${text} not null, verifier ${text} not null,
      goal ${text} not null, expires_at bigint not null)`,
    `create index sign_ons_by_expiry on sign_ons (expires_at)`,
    `create table user_identities (
      issuer ${text} not null, subject ${text} not null, user_id bigint not null references users (id),
      created_at bigint not null, primary key (issuer, subject))`,
    `create index user_identities_by_user on user_identities (user_id)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
