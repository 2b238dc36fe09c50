import type { Kysely } from 'kysely';
import type { WebLogin } from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';

export async function openWebLogin(
  db: Kysely<Schema>,
  pageHash: string,
  now: number,
): Promise<WebLogin | undefined> {
  const row = await db
    .selectFrom('web_logins')
    .select(['intent', 'client'])
    .where('page_hash', '=', pageHash)
    .where('user_id', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row && { create: row.intent === 'create', client: row.client };
}

export async function webLoginState(
  db: Kysely<Schema>,
  doneHash: string,
  now: number,
): Promise<'waiting' | 'approved' | undefined> {
  const row = await db
    .selectFrom('web_logins')
    .select('user_id')
    .where('done_hash', '=', doneHash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row && (row.user_id === null ? 'waiting' : 'approved');
}
