import { sql, type Kysely } from 'kysely';

/** Versions may be taken back without being taken away. */
export async function yanks(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table versions add column yanked_at bigint`).execute(db);
}
