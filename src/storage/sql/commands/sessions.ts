import type { SessionStore } from '../../../accounts/index.ts';
import type { Session } from '../capabilities.ts';
import { nowhere, recordEvent } from './record.ts';

export async function startSession(
  session: Session,
  { userId, sidHash, client, address, at, expiresAt, by }: Parameters<SessionStore['start']>[0],
): Promise<number> {
  const { db } = session;
  await db.deleteFrom('sessions').where('expires_at', '<=', at).execute();
  const { id } = await db
    .insertInto('sessions')
    .values({ sid_hash: sidHash, user_id: userId, client, address, created_at: at, expires_at: expiresAt })
    .returning('id')
    .executeTakeFirstOrThrow();
  await recordEvent(session, { ...nowhere, type: 'session.start', at, actor: by, detail: { session: id } });
  return id;
}

export async function endSession(
  session: Session,
  { id, userId, at, by }: Parameters<SessionStore['end']>[0],
): Promise<boolean> {
  const row = await session.db
    .deleteFrom('sessions')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) return false;
  await recordEvent(session, { ...nowhere, type: 'session.end', at, actor: by, detail: { session: id } });
  return true;
}

/**
 * Ends every session of a user but the one that `via` names, if it names one, and what became possible with the password that is no
 * good any more: log-ins that a client has yet to fetch, and pages that wait for a second factor or have seen it. What it is
 * part of is the event.
 */
export async function endSessionsOf({ db }: Session, userId: number, via?: string): Promise<void> {
  const kept = /^session:(\d+)$/.exec(via ?? '')?.[1];
  const all = db.deleteFrom('sessions').where('user_id', '=', userId);
  await (kept === undefined ? all : all.where('id', '!=', Number(kept))).execute();
  await db.deleteFrom('web_logins').where('user_id', '=', userId).execute();
  await db.deleteFrom('factor_prompts').where('user_id', '=', userId).execute();
}

export async function retireSecret(
  { db }: Session,
  { fingerprint, at }: Parameters<SessionStore['retireSecret']>[0],
): Promise<number> {
  await db
    .insertInto('retired_secrets')
    .values({ fingerprint, retired_at: at })
    .onConflict((conflict) => conflict.column('fingerprint').doNothing())
    .execute();
  const row = await db
    .selectFrom('retired_secrets')
    .select('retired_at')
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirstOrThrow();
  return row.retired_at;
}
