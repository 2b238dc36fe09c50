import type { NewWebLogin, WebLoginStore } from '../../../accounts/index.ts';
import { Fault } from '../../../kernel/index.ts';
import type { Session } from '../capabilities.ts';
import { createToken } from './tokens.ts';

export async function startWebLogin({ db }: Session, login: NewWebLogin): Promise<void> {
  await db.deleteFrom('web_logins').where('expires_at', '<=', login.at).execute();
  const { count } = await db
    .selectFrom('web_logins')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (count >= login.most)
    throw new Fault('unavailable', 'Too many logins are under way: try again in some minutes.');
  await db
    .insertInto('web_logins')
    .values({
      page_hash: login.pageHash,
      done_hash: login.doneHash,
      intent: login.create ? 'create' : 'login',
      client: login.client,
      created_at: login.at,
      expires_at: login.expiresAt,
      user_id: null,
    })
    .execute();
}

export async function approveWebLogin(
  { db }: Session,
  { pageHash, userId, at }: Parameters<WebLoginStore['approveWebLogin']>[0],
): Promise<boolean> {
  const row = await db
    .updateTable('web_logins')
    .set({ user_id: userId })
    .where('page_hash', '=', pageHash)
    .where('user_id', 'is', null)
    .where('expires_at', '>', at)
    .returning('page_hash')
    .executeTakeFirst();
  return row !== undefined;
}

export async function redeemWebLogin(
  session: Session,
  { doneHash, token }: Parameters<WebLoginStore['redeemWebLogin']>[0],
): Promise<boolean> {
  const row = await session.db
    .deleteFrom('web_logins')
    .where('done_hash', '=', doneHash)
    .where('user_id', 'is not', null)
    .where('expires_at', '>', token.at)
    .returning('user_id')
    .executeTakeFirst();
  if (row === undefined || row.user_id === null) return false;
  await createToken(session, { ...token, userId: row.user_id });
  return true;
}
