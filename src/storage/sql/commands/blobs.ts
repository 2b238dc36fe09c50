import { lockRows, type Session } from '../capabilities.ts';

export interface BarKey {
  key: string;
  at: number;
}

/** A tombstone for a key that no stored blob has. The insert and a publish of the key exclude each other by its primary key. */
export async function barKey({ db }: Session, { key, at }: BarKey): Promise<boolean> {
  await db
    .insertInto('blobs')
    .values({ key, sha256: '', size: 0, state: 'barred', created_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db.selectFrom('blobs').select('state').where('key', '=', key).executeTakeFirst();
  return row?.state === 'barred';
}

/**
 * Turns a stored blob into a tombstone unless an artifact refers to it. A publish that wants these bytes locks the same row: it comes
 * first and is seen here, or finds the blob gone.
 */
export async function retireBlob(session: Session, key: string): Promise<boolean> {
  const { db } = session;
  const row = await lockRows(
    session,
    db.selectFrom('blobs').select(['sha256', 'state']).where('key', '=', key),
  ).executeTakeFirst();
  if (row === undefined || row.state === 'barred') return row !== undefined;
  const artifact = await db
    .selectFrom('artifacts')
    .select('id')
    .where('sha256', '=', row.sha256)
    .limit(1)
    .executeTakeFirst();
  if (artifact !== undefined) return false;
  await db.updateTable('blobs').set({ state: 'barred' }).where('key', '=', key).execute();
  return true;
}
