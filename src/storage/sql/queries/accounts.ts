import type { Kysely, Selectable } from 'kysely';
import type {
  AccountStore,
  Profile,
  ProfileFields,
  TokenIdentity,
  TokenRow,
  TokenScope,
  User,
  UserWithPassword,
} from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';
import { prepared } from './prepared.ts';
import { isVerified } from './verified-emails.ts';

type ProfileRow = Omit<Selectable<Schema['users']>, 'name_key' | 'password_hash' | 'deleted_at'>;
type UserRow = Omit<ProfileRow, 'updated_at' | 'profile'>;

export function userFrom(row: UserRow): User {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
  };
}

export async function userByName(db: Kysely<Schema>, name: string): Promise<UserWithPassword | undefined> {
  const row = await db
    .selectFrom('users')
    .selectAll()
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  return row && { ...userFrom(row), passwordHash: row.password_hash };
}

export async function userById(db: Kysely<Schema>, id: number): Promise<User | undefined> {
  const row = await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  return row && userFrom(row);
}

export async function listAdministrators(db: Kysely<Schema>): Promise<User[]> {
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where('role', '=', 'administrator')
    .where('disabled_at', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(userFrom);
}

export async function countUsers(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('users')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

const identityByHash = prepared((db, hash: string) =>
  db
    .selectFrom('tokens')
    .innerJoin('users', 'users.id', 'tokens.user_id')
    .select([
      'tokens.id as token_id',
      'tokens.scopes',
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
      scopes: row.scopes.split(',') as TokenScope[],
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      user: userFrom(row),
    }
  );
}

export async function tokensOf(
  db: Kysely<Schema>,
  { userId, now, limit, offset }: Parameters<AccountStore['tokensOf']>[0],
): Promise<{ tokens: TokenRow[]; total: number }> {
  const live = db
    .selectFrom('tokens')
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]));
  const [rows, counted] = await Promise.all([
    live
      .select(['hash', 'prefix', 'name', 'description', 'scopes', 'created_at', 'expires_at'])
      .orderBy('id')
      .limit(limit)
      .offset(offset)
      .execute(),
    live.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ]);
  const tokens = rows.map((row) => ({
    hash: row.hash,
    prefix: row.prefix,
    name: row.name,
    description: row.description,
    scopes: row.scopes.split(',') as TokenScope[],
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }));
  return { tokens, total: counted.total };
}

export async function profileOf(db: Kysely<Schema>, userId: number): Promise<Profile | undefined> {
  const row = await db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst();
  return row && profileFrom(row, await isVerified(db, userId));
}

const NO_FIELDS: ProfileFields = {
  fullname: null,
  homepage: null,
  freenode: null,
  twitter: null,
  github: null,
};

export function profileFrom(row: ProfileRow, emailVerified: boolean): Profile {
  const fields = { ...NO_FIELDS, ...(JSON.parse(row.profile) as Partial<ProfileFields>) };
  return { ...userFrom(row), emailVerified, updatedAt: row.updated_at ?? row.created_at, fields };
}
