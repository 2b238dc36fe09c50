import { sql, type Kysely } from 'kysely';
import type { DownloadCount } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import type { Session } from '../capabilities.ts';

/** What was taken away since it was downloaded is counted no more: its name may be another's now. */
export async function countDownloads(session: Session, counts: DownloadCount[]): Promise<void> {
  const { db } = session;
  // In one order everywhere, so that two replicas that report at once wait for each other instead of locking each other out.
  const ordered = counts.toSorted(
    (a, b) => a.packageId - b.packageId || a.versionId - b.versionId || a.day - b.day,
  );
  await holdPackages(session, ordered);
  const totals = new Map<number, number>();
  for (const { packageId, versionId, day, count } of ordered) {
    const counted = await db
      .insertInto('downloads')
      .columns(['package_id', 'version_id', 'day', 'count'])
      .expression(
        db
          .selectFrom('versions')
          .select(['package_id', 'id', whole(day).as('day'), whole(count).as('count')])
          .where('id', '=', versionId)
          .where('package_id', '=', packageId)
          .where('state', '!=', 'removed'),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['version_id', 'day'])
          .doUpdateSet({ count: sql<number>`downloads.count + excluded.count` }),
      )
      .returning('day')
      .executeTakeFirst();
    if (counted !== undefined) totals.set(packageId, (totals.get(packageId) ?? 0) + count);
  }
  await noteUse(db, ordered);
  for (const [id, total] of totals) {
    await db
      .updateTable('packages')
      .set({ downloads: sql<number>`downloads + ${total}` })
      .where('id', '=', id)
      .execute();
  }
}

/** A parameter among the columns of a select has no type of its own in PostgreSQL. */
function whole(value: number) {
  return sql<number>`cast(${value} as bigint)`;
}

/** Until the end nobody forgets these packages; one that is being forgotten is waited for, and not there afterwards. */
async function holdPackages({ db, capabilities }: Session, counts: DownloadCount[]): Promise<void> {
  if (!capabilities.rowLocks) return;
  const ids = [...new Set(counts.map(({ packageId }) => packageId))];
  for (let at = 0; at < ids.length; at += ROWS_AT_ONCE) {
    await db
      .selectFrom('packages')
      .select('id')
      .where('id', 'in', ids.slice(at, at + ROWS_AT_ONCE))
      .orderBy('id')
      .forKeyShare()
      .execute();
  }
}

/** Parameters of one statement; databases set limits. */
const ROWS_AT_ONCE = 500;
/** What was asked for within the last hour is in use either way: a popular version is not written at every report. */
const PRECISION = 3_600_000;

/** Only what is stored of an upstream's packages has a time of use. */
async function noteUse(db: Kysely<Schema>, counts: DownloadCount[]): Promise<void> {
  if (counts.length === 0) return;
  const lastAt = Math.max(...counts.map((count) => count.lastAt));
  const ids = [...new Set(counts.map(({ versionId }) => versionId))].toSorted((a, b) => a - b);
  for (let at = 0; at < ids.length; at += ROWS_AT_ONCE) {
    await db
      .updateTable('versions')
      .set({ used_at: lastAt })
      .where('id', 'in', ids.slice(at, at + ROWS_AT_ONCE))
      .where('used_at', '<=', lastAt - PRECISION)
      .execute();
  }
}
