import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Logins that a browser completes, profiles, and what a token is for. */
export async function webLogins(db: Kysely<unknown>, { types: { text } }: Capabilities): Promise<void> {
  const statements = [
    `create table web_logins (
      page_hash ${text} primary key, done_hash ${text} not null unique, intent ${text} not null,
      client ${text} not null, created_at bigint not null, expires_at bigint not null,
      user_id bigint references users (id))`,
    `create index web_logins_by_expiry on web_logins (expires_at)`,
    `alter table users add column updated_at bigint`,
    `alter table users add column profile ${text} not null default '{}'`,
    `alter table tokens add column description ${text}`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
