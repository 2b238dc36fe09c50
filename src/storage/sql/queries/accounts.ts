import type { Kysely, Selectable } from 'kysely';
import type { Profile, ProfileFields, User, UserWithPassword } from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';
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
