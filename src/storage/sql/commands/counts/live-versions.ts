import type { DownloadCount } from '../../../../registry/index.ts';
import type { Session } from '../../capabilities.ts';

/** Parameters of one statement; databases set limits. */
const ROWS_AT_ONCE = 500;
/** What was asked for within the last hour is in use either way: a popular version is not written at every report. */
const PRECISION = 3_600_000;

export interface LiveVersion {
  packageId: number;
  registryId: number;
  name: string;
  version: string;
}

/**
 * Which of the counted versions are still there, by id. Until the end nobody forgets their packages; one that is being forgotten is
 * waited for, and not there afterwards.
 */
export async function liveVersions(
  { db, capabilities }: Session,
  counts: DownloadCount[],
): Promise<Map<number, LiveVersion>> {
  const packageIds = sorted(counts.map(({ packageId }) => packageId));
  for (const ids of capabilities.rowLocks ? chunks(packageIds) : []) {
    await db.selectFrom('packages').select('id').where('id', 'in', ids).orderBy('id').forKeyShare().execute();
  }
  const live = new Map<number, LiveVersion>();
  for (const ids of chunks(sorted(counts.map(({ versionId }) => versionId)))) {
    const rows = await db
      .selectFrom('versions')
      .innerJoin('packages', 'packages.id', 'versions.package_id')
      .select([
        'versions.id',
        'versions.version',
        'packages.id as packageId',
        'packages.registry_id as registryId',
        'packages.name',
      ])
      .where('versions.id', 'in', ids)
      .where('versions.state', '!=', 'removed')
      .execute();
    for (const { id, ...version } of rows) live.set(id, version);
  }
  return live;
}

/** Only what is stored of an upstream's packages has a time of use. */
export async function noteUse({ db }: Session, counts: DownloadCount[]): Promise<void> {
  const lastAt = counts.reduce((last, count) => Math.max(last, count.lastAt), 0);
  for (const ids of chunks(sorted(counts.map(({ versionId }) => versionId)))) {
    await db
      .updateTable('versions')
      .set({ used_at: lastAt })
      .where('id', 'in', ids)
      .where('used_at', '<=', lastAt - PRECISION)
      .execute();
  }
}

function sorted(ids: number[]): number[] {
  return [...new Set(ids)].toSorted((a, b) => a - b);
}

function* chunks(ids: number[]): Generator<number[]> {
  for (let at = 0; at < ids.length; at += ROWS_AT_ONCE) yield ids.slice(at, at + ROWS_AT_ONCE);
}
