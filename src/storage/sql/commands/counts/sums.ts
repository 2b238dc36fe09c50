import { sql } from 'kysely';
import type { DownloadCount, PreviewCount } from '../../../../registry/index.ts';
import type { Session } from '../../capabilities.ts';

/** Rows of one statement; databases limit its parameters. */
const ROWS_AT_ONCE = 200;

/** A count with all that sums are made by. */
export interface NamedCount {
  registryId: number;
  name: string;
  version: string;
  preview: 0 | 1;
  day: number;
  count: number;
  lastAt: number;
}

export async function addReleaseDays({ db }: Session, counts: DownloadCount[]): Promise<void> {
  const rows = counts
    .map(({ packageId, versionId, day, count }) => ({
      package_id: packageId,
      version_id: versionId,
      day,
      count,
    }))
    .toSorted((a, b) => a.version_id - b.version_id || a.day - b.day);
  for (const values of chunks(rows)) {
    await db
      .insertInto('downloads')
      .values(values)
      .onConflict((conflict) =>
        conflict
          .columns(['version_id', 'day'])
          .doUpdateSet({ count: sql<number>`downloads.count + excluded.count` }),
      )
      .execute();
  }
}

export async function addPreviewDays({ db }: Session, counts: PreviewCount[]): Promise<void> {
  const rows = counts
    .map(({ registryId, name, label, day, count }) => ({ registry_id: registryId, name, label, day, count }))
    .toSorted((a, b) => byName(a, b) || compare(a.label, b.label) || a.day - b.day);
  for (const values of chunks(rows)) {
    await db
      .insertInto('preview_downloads')
      .values(values)
      .onConflict((conflict) =>
        conflict
          .columns(['registry_id', 'name', 'label', 'day'])
          .doUpdateSet({ count: sql<number>`preview_downloads.count + excluded.count` }),
      )
      .execute();
  }
}

/** Of versions, names and registries. */
export async function addTotals(session: Session, counts: NamedCount[]): Promise<void> {
  const { db } = session;
  const versions = [
    ...Map.groupBy(counts, (one) => `${one.registryId} ${one.name} ${one.preview} ${one.version}`).values(),
  ]
    .flatMap(([first, ...more]) =>
      first === undefined
        ? []
        : [
            {
              registry_id: first.registryId,
              name: first.name,
              preview: first.preview,
              version: first.version,
              downloads: sum([first, ...more]),
            },
          ],
    )
    .toSorted((a, b) => byName(a, b) || a.preview - b.preview || compare(a.version, b.version));
  for (const values of chunks(versions)) {
    await db
      .insertInto('version_downloads')
      .values(values)
      .onConflict((conflict) =>
        conflict
          .columns(['registry_id', 'name', 'preview', 'version'])
          .doUpdateSet({ downloads: sql<number>`version_downloads.downloads + excluded.downloads` }),
      )
      .execute();
  }
  await addNames(session, counts);
  await addRegistries(session, counts);
}

async function addNames({ db }: Session, counts: NamedCount[]): Promise<void> {
  const names = [...Map.groupBy(counts, ({ registryId, name }) => `${registryId} ${name}`).values()]
    .flatMap((all) => {
      const [first] = all;
      if (first === undefined) return [];
      const last_at = Math.max(...all.map(({ lastAt }) => lastAt));
      return [{ registry_id: first.registryId, name: first.name, downloads: sum(all), last_at }];
    })
    .toSorted(byName);
  for (const values of chunks(names)) {
    await db
      .insertInto('name_downloads')
      .values(values)
      .onConflict((conflict) =>
        conflict.columns(['registry_id', 'name']).doUpdateSet({
          downloads: sql<number>`name_downloads.downloads + excluded.downloads`,
          last_at: sql<number>`case when name_downloads.last_at > excluded.last_at
            then name_downloads.last_at else excluded.last_at end`,
        }),
      )
      .execute();
  }
}

/** Last of all, for every replica has the same few rows to write. */
async function addRegistries({ db }: Session, counts: NamedCount[]): Promise<void> {
  const days = [...Map.groupBy(counts, ({ registryId, day }) => `${registryId} ${day}`).values()]
    .flatMap((all) => {
      const [first] = all;
      return first === undefined ? [] : [{ registry_id: first.registryId, day: first.day, count: sum(all) }];
    })
    .toSorted((a, b) => a.registry_id - b.registry_id || a.day - b.day);
  for (const values of chunks(days)) {
    await db
      .insertInto('registry_downloads')
      .values(values)
      .onConflict((conflict) =>
        conflict
          .columns(['registry_id', 'day'])
          .doUpdateSet({ count: sql<number>`registry_downloads.count + excluded.count` }),
      )
      .execute();
  }
}

function sum(counts: { count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}

interface Named {
  registry_id: number;
  name: string;
}

function byName(a: Named, b: Named): number {
  return a.registry_id - b.registry_id || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function* chunks<R>(rows: R[]): Generator<R[]> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield rows.slice(at, at + ROWS_AT_ONCE);
}
