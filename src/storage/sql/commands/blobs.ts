import { sql } from 'kysely';
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
 * Bars the keys of blobs that no artifact refers to any more, and answers them. A publish that wants the same bytes locks the same rows: it came first
 * and its artifact shows here, or it finds the blob gone.
 */
export async function barUnused(session: Session, digests: string[]): Promise<string[]> {
  const { db } = session;
  const barred: string[] = [];
  const blobs = await lockRows(
    session,
    db
      .selectFrom('blobs')
      .select(['key', 'sha256'])
      .where('sha256', 'in', digests)
      .where('state', '=', sql.lit('stored'))
      .orderBy('key'),
  ).execute();
  for (const { key, sha256 } of blobs) {
    const needed = await db
      .selectFrom('artifacts')
      .select('id')
      .where('sha256', '=', sha256)
      .limit(1)
      .executeTakeFirst();
    if (needed !== undefined) continue;
    await db.updateTable('blobs').set({ state: 'barred' }).where('key', '=', key).execute();
    barred.push(key);
  }
  return barred;
}
