import type { CountBatch } from '../../../../registry/index.ts';
import type { Session } from '../../capabilities.ts';
import { liveVersions, noteUse } from './live-versions.ts';
import { addMissing } from './missing.ts';
import { addPreviewDays, addReleaseDays, addTotals, type NamedCount } from './sums.ts';

/**
 * Adds a batch, once. What was taken away since it was downloaded is counted no more: its name may be another's now. Every table is
 * written in the order of its key, so that replicas that report at once wait for each other instead of locking each other out.
 */
export async function addCounts(session: Session, batch: CountBatch): Promise<void> {
  if (!(await isNew(session, batch))) return;
  const live = await liveVersions(session, batch.releases);
  const releases = batch.releases.flatMap((count): (NamedCount & typeof count)[] => {
    const version = live.get(count.versionId);
    if (version === undefined || version.packageId !== count.packageId) return [];
    return [{ ...count, ...version, preview: 0 }];
  });
  const previews = batch.previews.map((count) => ({ ...count, version: count.label, preview: 1 as const }));
  await addReleaseDays(session, releases);
  await addPreviewDays(session, batch.previews);
  await addTotals(session, [...releases, ...previews]);
  await addMissing(session, batch.missing);
  await noteUse(session, batch.releases);
}

/** A second one with this id waits until the first is committed. */
async function isNew({ db }: Session, { id, at }: CountBatch): Promise<boolean> {
  const added = await db
    .insertInto('count_batches')
    .values({ id, at })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return added !== undefined;
}
