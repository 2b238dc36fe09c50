import type { Kysely } from 'kysely';
import type { ForeignIdentity, User } from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';
import { userById } from './accounts.ts';

export async function userOfIdentity(
  db: Kysely<Schema>,
  { issuer, subject }: ForeignIdentity,
): Promise<User | undefined> {
  const row = await db
    .selectFrom('user_identities')
    .select('user_id')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row && userById(db, row.user_id);
}
