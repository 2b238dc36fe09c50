import type { Kysely, Selectable } from 'kysely';
import type { LinkRow, LinkStore, User } from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';
import { userById } from './accounts.ts';

export async function findLink(
  db: Kysely<Schema>,
  { hash, purpose, now }: Parameters<LinkStore['find']>[0],
): Promise<LinkRow | undefined> {
  const row = await db
    .selectFrom('secret_links')
    .selectAll()
    .where('hash', '=', hash)
    .where('purpose', '=', purpose)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const user = row.user_id === null ? undefined : await userById(db, row.user_id);
  return linkFrom(row, user ?? null);
}

export async function openInvitations(db: Kysely<Schema>, now: number): Promise<LinkRow[]> {
  const rows = await db
    .selectFrom('secret_links')
    .selectAll()
    .where('purpose', '=', 'invitation')
    .where('expires_at', '>', now)
    .orderBy('id')
    .execute();
  return rows.map((row) => linkFrom(row, null));
}

function linkFrom(row: Selectable<Schema['secret_links']>, user: User | null): LinkRow {
  return {
    id: row.id,
    purpose: row.purpose,
    user,
    email: row.email,
    madeBy: row.made_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
