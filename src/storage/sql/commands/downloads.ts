import { sql } from 'kysely';
import type { DownloadCount } from '../../../registry/index.ts';
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
  for (const [id, group] of Map.groupBy(ordered, ({ packageId }) => packageId)) {
    const total = group.reduce((sum, { count }) => sum + count, 0);
    await db
      .updateTable('packages')
      .set({ downloads: sql<number>`downloads + ${total}` })
      .where('id', '=', id)
      .execute();
  }
}
