import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** What narrows a token, and when it was used last. Tokens from before could unpublish, so they still may. */
export async function tokenLimits(db: Kysely<unknown>, { types: { text } }: Capabilities): Promise<void> {
  const statements = [
    `alter table tokens add column limits ${text}`,
    `alter table tokens add column bypass_second_factor bigint not null default 0`,
    `alter table tokens add column last_used_at bigint`,
    `update tokens set scopes = scopes || ',yank' where scopes like '%publish%'`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
