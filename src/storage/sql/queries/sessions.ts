import type { Kysely } from 'kysely';
import type { SessionRow, SessionStore } from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';
import { userFrom } from './accounts.ts';
import { prepared } from './prepared.ts';

const sessionBySid = prepared((db, sidHash: string) =>
  db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select([
      'sessions.id as session_id',
      'sessions.expires_at',
      'users.id',
      'users.name',
      'users.email',
      'users.role',
      'users.created_at',
      'users.disabled_at',
    ])
    .where('sessions.sid_hash', '=', sidHash),
);

export async function findSession(db: Kysely<Schema>, sidHash: string): ReturnType<SessionStore['find']> {
  const row = await sessionBySid(db, sidHash);
  return row && { id: row.session_id, expiresAt: row.expires_at, user: userFrom(row) };
}

export async function sessionsOf(db: Kysely<Schema>, userId: number, now: number): Promise<SessionRow[]> {
  const rows = await db
    .selectFrom('sessions')
    .select(['id', 'client', 'address', 'created_at', 'expires_at'])
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .orderBy('id', 'desc')
    .execute();
  return rows.map(({ id, client, address, created_at, expires_at }) => ({
    id,
    client,
    address,
    createdAt: created_at,
    expiresAt: expires_at,
  }));
}
