import type { Kysely } from 'kysely';
import type { Schema } from '../schema/index.ts';

/** Is the address of this user verified? */
export async function isVerified(db: Kysely<Schema>, userId: number): Promise<boolean> {
  const row = await db
    .selectFrom('verified_emails')
    .select('user_id')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row !== undefined;
}
