import type { NewToken, TokenStore, TokenUse } from '../../../accounts/index.ts';
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
      limits: token.limits ? JSON.stringify(token.limits) : null,
      bypass_second_factor: token.bypassSecondFactor === true ? 1 : 0,
      created_at: token.at,
      expires_at: token.expiresAt,
      revoked_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { name: user } = await session.db
    .selectFrom('users')
    .select('name')
    .where('id', '=', token.userId)
    .executeTakeFirstOrThrow();
  await recordEvent(session, {
    ...nowhere,
    type: 'token.create',
    at: token.at,
    actor: token.by,
    detail: {
      user,
      token: row.id,
      name: token.name,
      scopes: token.scopes,
      ...(token.limits && { limits: token.limits }),
      ...(token.bypassSecondFactor === true && { bypassSecondFactor: true }),
      ...(token.expiresAt !== null && { expiresAt: token.expiresAt }),
    },
  });
  return row.id;
}

export async function revokeToken(
  session: Session,
  { hash, userId, at, by }: Parameters<TokenStore['revokeToken']>[0],
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

export async function recordTokenUses({ db }: Session, uses: TokenUse[]): Promise<void> {
  // In one order everywhere, so that two replicas that report at once do not lock each other out.
  for (const { tokenId, at } of uses.toSorted((a, b) => a.tokenId - b.tokenId)) {
    await db
      .updateTable('tokens')
      .set({ last_used_at: at })
      .where('id', '=', tokenId)
      .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
      .execute();
  }
}
