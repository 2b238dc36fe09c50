import type { Kysely, Selectable } from 'kysely';
import type {
  TokenIdentity,
  TokenLimits,
  TokenRow,
  TokenScope,
  TokenStore,
} from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';
import { userFrom } from './accounts.ts';
import { prepared } from './prepared.ts';

const identityByHash = prepared((db, hash: string) =>
  db
    .selectFrom('tokens')
    .innerJoin('users', 'users.id', 'tokens.user_id')
    .select([
      'tokens.id as token_id',
      'tokens.scopes',
      'tokens.limits',
      'tokens.bypass_second_factor',
      'tokens.expires_at',
      'tokens.revoked_at',
      'users.id',
      'users.name',
      'users.email',
      'users.role',
      'users.created_at',
      'users.disabled_at',
    ])
    .where('tokens.hash', '=', hash),
);

export async function tokenByHash(db: Kysely<Schema>, hash: string): Promise<TokenIdentity | undefined> {
  const row = await identityByHash(db, hash);
  return (
    row && {
      tokenId: row.token_id,
      ...rightsFrom(row),
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      user: userFrom(row),
    }
  );
}

export async function tokensOf(
  db: Kysely<Schema>,
  { userId, now, limit, offset }: Parameters<TokenStore['tokensOf']>[0],
): Promise<{ tokens: TokenRow[]; total: number }> {
  const live = db
    .selectFrom('tokens')
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]));
  const [rows, counted] = await Promise.all([
    live.selectAll().orderBy('id').limit(limit).offset(offset).execute(),
    live.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ]);
  return { tokens: rows.map(tokenFrom), total: counted.total };
}

function tokenFrom(row: Selectable<Schema['tokens']>): TokenRow {
  return {
    hash: row.hash,
    prefix: row.prefix,
    name: row.name,
    description: row.description,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    ...rightsFrom(row),
  };
}

function rightsFrom(
  row: Pick<Selectable<Schema['tokens']>, 'scopes' | 'limits' | 'bypass_second_factor'>,
): Pick<TokenRow, 'scopes' | 'limits' | 'bypassSecondFactor'> {
  return {
    scopes: row.scopes.split(',') as TokenScope[],
    limits: row.limits === null ? null : (JSON.parse(row.limits) as TokenLimits),
    bypassSecondFactor: row.bypass_second_factor !== 0,
  };
}
