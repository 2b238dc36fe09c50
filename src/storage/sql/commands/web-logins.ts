import type { NewWebLogin, WebLoginStore } from '../../../accounts/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
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
      via: null,
    })
    .execute();
}

export async function approveWebLogin(
  { db }: Session,
  { pageHash, userId, via, at }: Parameters<WebLoginStore['approveWebLogin']>[0],
): Promise<boolean> {
  const row = await db
    .updateTable('web_logins')
    .set({ user_id: userId, via })
    .where('page_hash', '=', pageHash)
    .where('user_id', 'is', null)
    .where('expires_at', '>', at)
    .returning('page_hash')
    .executeTakeFirst();
  return row !== undefined;
}

export async function redeemWebLogin(
  session: Session,
  { doneHash, token, address }: Parameters<WebLoginStore['redeemWebLogin']>[0],
): Promise<boolean> {
  const row = await session.db
    .deleteFrom('web_logins')
    .where('done_hash', '=', doneHash)
    .where('user_id', 'is not', null)
    .where('expires_at', '>', token.at)
    .returning(['user_id', 'via'])
    .executeTakeFirst();
  if (row === undefined || row.user_id === null) return false;
  const { user_id: userId, via } = row;
  const { name } = await session.db
    .selectFrom('users')
    .select('name')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow();
  // A login that was under way when the column came was by password: there was nothing else.
  await createToken(session, { ...token, userId, by: { userId, name, via: via ?? 'password', address } });
  return true;
}
