import { lockRows, type Session } from '../../capabilities.ts';
import type { BarKey } from '../blobs.ts';

/**
 * A tombstone for a key that no preview has. A publish inserts the same row, so one of the two comes first: the publish, whose preview
 * shows here, or the bar, which the publish then runs into.
 */
export async function barPreviewKey(session: Session, { key, at }: BarKey): Promise<boolean> {
  const { db } = session;
  const barred = await db
    .insertInto('preview_keys')
    .values({ key, barred: 1, created_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  if (barred !== undefined) return true;
  await lockRows(
    session,
    db.selectFrom('preview_keys').select('barred').where('key', '=', key),
  ).executeTakeFirst();
  // A statement of its own: one that had to wait for the publish would not see what that has written.
  const used = await db.selectFrom('previews').select('key').where('key', '=', key).executeTakeFirst();
  if (used !== undefined) return false;
  await db.updateTable('preview_keys').set({ barred: 1 }).where('key', '=', key).execute();
  return true;
}
