import type { Kysely } from 'kysely';
import type { UserQuery, UserRow, UserWithPassword } from '../../../accounts/index.ts';
import { emailKey } from '../email-key.ts';
import type { Schema } from '../schema/index.ts';
import { userFrom } from './accounts.ts';

export async function listUsers(
  db: Kysely<Schema>,
  { after, limit, role, disabled }: UserQuery,
): Promise<UserRow[]> {
  let query = present(db).orderBy('users.name_key').limit(limit);
  if (after !== null) query = query.where('users.name_key', '>', after.toLowerCase());
  if (role !== undefined) query = query.where('users.role', '=', role);
  if (disabled !== undefined) query = query.where('users.disabled_at', disabled ? 'is not' : 'is', null);
  const rows = await query.execute();
  return rows.map((row) => userRowFrom(row));
}

export async function findUser(db: Kysely<Schema>, name: string): Promise<UserRow | undefined> {
  const row = await present(db).where('users.name_key', '=', name.toLowerCase()).executeTakeFirst();
  return row && userRowFrom(row);
}

function userRowFrom(row: Parameters<typeof userFrom>[0] & { verified_at: number | null }): UserRow {
  return { ...userFrom(row), emailVerified: row.verified_at !== null };
}

/** Everybody but who was deleted. */
function present(db: Kysely<Schema>) {
  return db
    .selectFrom('users')
    .leftJoin('verified_emails', 'verified_emails.user_id', 'users.id')
    .selectAll('users')
    .select('verified_emails.verified_at')
    .where('users.deleted_at', 'is', null);
}

export async function userByEmail(db: Kysely<Schema>, email: string): Promise<UserWithPassword | undefined> {
  const row = await db
    .selectFrom('verified_emails')
    .innerJoin('users', 'users.id', 'verified_emails.user_id')
    .selectAll('users')
    .where('verified_emails.email_key', '=', emailKey(email))
    .executeTakeFirst();
  return row && { ...userFrom(row), passwordHash: row.password_hash };
}
