import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Sessions, links that work once, addresses that were verified, and users who are gone. */
export async function identity(db: Kysely<unknown>, { types: { id, text } }: Capabilities): Promise<void> {
  const statements = [
    `alter table users add column deleted_at bigint`,

    `create table verified_emails (
      email_key ${text} primary key, user_id bigint not null unique references users (id), verified_at bigint not null)`,

    `create table sessions (
      id ${id}, sid_hash ${text} not null unique, user_id bigint not null references users (id), client ${text} not null,
      address ${text}, created_at bigint not null, expires_at bigint not null)`,
    `create index sessions_by_user on sessions (user_id)`,
    `create index sessions_by_expiry on sessions (expires_at)`,

    `create table retired_secrets (fingerprint ${text} primary key, retired_at bigint not null)`,

    `create table secret_links (
      id ${id}, hash ${text} not null unique, purpose ${text} not null, user_id bigint references users (id),
      email ${text}, made_by ${text}, created_at bigint not null, expires_at bigint not null)`,
    `create index secret_links_by_user on secret_links (user_id)`,
    `create index secret_links_by_expiry on secret_links (expires_at)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
