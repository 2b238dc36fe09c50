import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Who did it, in full, whether it was done or refused, and what is left of events that are kept no longer. */
export async function actors(db: Kysely<unknown>, { types: { text } }: Capabilities): Promise<void> {
  const statements = [
    `alter table events add column actor_name ${text}`,
    `alter table events add column via ${text}`,
    `alter table events add column address ${text}`,
    `alter table events add column result ${text}`,
    `create index events_by_time on events (at)`,
    `create index events_by_actor on events (actor_name, id) where actor_name is not null`,
    `create index events_by_package on events (package, id) where package is not null`,
    `alter table web_logins add column via ${text}`,
    `create table event_segments (
      first_seq bigint not null, last_seq bigint primary key, hash ${text} not null, dropped_at bigint not null)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
