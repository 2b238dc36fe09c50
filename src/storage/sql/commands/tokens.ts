import type { AccountStore, NewToken } from '../../../accounts/index.ts';
import type { Session } from '../capabilities.ts';
import { nowhere, recordEvent } from './record.ts';

export async function createToken(session: Session, token: NewToken): Promise<number> {
  const row = await session.db
    .insertInto('tokens')
    .values({
      user_id: token.userId,
      hash: token.hash,
      prefix: token.prefix,
      name: token.name,
      description: token.description ?? null,
      scopes: token.scopes.join(','),
      created_at: token.at,
      expires_at: token.expiresAt,
      revoked_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await recordEvent(session, {
    ...nowhere,
    type: 'token.create',
    at: token.at,
    actor: token.by,
    detail: { token: row.id, name: token.name, scopes: token.scopes },
  });
  return row.id;
}

export async function revokeToken(
  session: Session,
  { hash, userId, at, by }: Parameters<AccountStore['revokeToken']>[0],
): Promise<boolean> {
  const open = session.db
    .updateTable('tokens')
    .set({ revoked_at: at })
    .where('hash', '=', hash)
    .where('revoked_at', 'is', null);
  const row = await (userId === null ? open : open.where('user_id', '=', userId))
    .returning(['id', 'name', 'user_id'])
    .executeTakeFirst();
  if (row === undefined) return false;
  await recordEvent(session, {
    ...nowhere,
    type: 'token.revoke',
    at,
    actor: by,
    detail: { token: row.id, name: row.name },
  });
  return true;
}
