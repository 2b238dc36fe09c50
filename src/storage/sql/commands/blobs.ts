import type { Session } from '../capabilities.ts';

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
