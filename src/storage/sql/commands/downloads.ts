import { sql, type Kysely } from 'kysely';
import type { DownloadCount } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import type { Session } from '../capabilities.ts';

export async function countDownloads({ db }: Session, counts: DownloadCount[]): Promise<void> {
  // In one order everywhere, so that two replicas that report at once wait for each other instead of locking each other out.
  const ordered = counts.toSorted(
    (a, b) => a.packageId - b.packageId || a.versionId - b.versionId || a.day - b.day,
  );
  for (const { packageId, versionId, day, count } of ordered) {
    await db
      .insertInto('downloads')
      .values({ package_id: packageId, version_id: versionId, day, count })
      .onConflict((conflict) =>
        conflict
          .columns(['version_id', 'day'])
          .doUpdateSet({ count: sql<number>`downloads.count + excluded.count` }),
      )
      .execute();
  }
  await noteUse(db, ordered);
  for (const [id, group] of Map.groupBy(ordered, ({ packageId }) => packageId)) {
    const total = group.reduce((sum, { count }) => sum + count, 0);
    await db
      .updateTable('packages')
      .set({ downloads: sql<number>`downloads + ${total}` })
      .where('id', '=', id)
      .execute();
  }
}

/** Parameters of one statement; databases set limits. */
const VERSIONS_AT_ONCE = 500;
/** What was asked for within the last hour is in use either way: a popular version is not written at every report. */
const PRECISION = 3_600_000;

/** Only what is stored of an upstream's packages has a time of use. */
async function noteUse(db: Kysely<Schema>, counts: DownloadCount[]): Promise<void> {
  if (counts.length === 0) return;
  const lastAt = Math.max(...counts.map((count) => count.lastAt));
  const ids = [...new Set(counts.map(({ versionId }) => versionId))].toSorted((a, b) => a - b);
  for (let at = 0; at < ids.length; at += VERSIONS_AT_ONCE) {
    await db
      .updateTable('versions')
      .set({ used_at: lastAt })
      .where('id', 'in', ids.slice(at, at + VERSIONS_AT_ONCE))
      .where('used_at', '<=', lastAt - PRECISION)
      .execute();
  }
}
