import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Where users log in from, how far readers of the events have come, and what they still have to deliver. */
export async function notify(db: Kysely<unknown>, { types: { id, text } }: Capabilities): Promise<void> {
  const statements = [
    `create table known_networks (
      user_id bigint not null references users (id), network ${text} not null, last_login bigint not null,
      primary key (user_id, network))`,
    `create table event_readers (name ${text} primary key, seq bigint not null)`,
    `create table deliveries (
      id ${id}, reader ${text} not null, body ${text} not null, created_at bigint not null,
      tries bigint not null default 0, due_at bigint not null)`,
    `create index deliveries_by_due on deliveries (reader, due_at, id)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
