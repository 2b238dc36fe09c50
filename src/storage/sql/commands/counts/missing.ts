import { sql } from 'kysely';
import type { MissingCount } from '../../../../registry/index.ts';
import { MOST_MISSING_OF_A_NAME } from '../../../../registry/light/index.ts';
import type { Session } from '../../capabilities.ts';

/** Rows of one statement; databases limit its parameters. */
const ROWS_AT_ONCE = 200;
/** SQLite wants a limit where there is an offset. */
const ALL = 1_000_000;

/** Of one name only those stay that were asked for last. */
export async function addMissing(session: Session, counts: MissingCount[]): Promise<void> {
  const { db } = session;
  const rows = counts
    .map(({ registryId, name, version, count, lastAt }) => ({
      registry_id: registryId,
      name,
      version,
      requests: count,
      last_at: lastAt,
    }))
    .toSorted(
      (a, b) => a.registry_id - b.registry_id || compare(a.name, b.name) || compare(a.version, b.version),
    );
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    await db
      .insertInto('missing_versions')
      .values(rows.slice(at, at + ROWS_AT_ONCE))
      .onConflict((conflict) =>
        conflict.columns(['registry_id', 'name', 'version']).doUpdateSet({
          requests: sql<number>`missing_versions.requests + excluded.requests`,
          last_at: sql<number>`case when missing_versions.last_at > excluded.last_at
            then missing_versions.last_at else excluded.last_at end`,
        }),
      )
      .execute();
  }
  await dropOldest(session, rows);
}

/** Nearly no name has so many, and a batch may have a thousand names: they are counted first, many at a time. */
async function dropOldest({ db }: Session, rows: { registry_id: number; name: string }[]): Promise<void> {
  const byRegistry = Map.groupBy(rows, ({ registry_id }) => registry_id);
  for (const [registryId, ofRegistry] of byRegistry) {
    const names = [...new Set(ofRegistry.map(({ name }) => name))];
    for (let at = 0; at < names.length; at += ROWS_AT_ONCE) {
      const full = await db
        .selectFrom('missing_versions')
        .select('name')
        .where('registry_id', '=', registryId)
        .where('name', 'in', names.slice(at, at + ROWS_AT_ONCE))
        .groupBy('name')
        .having(({ fn }) => fn.countAll(), '>', MOST_MISSING_OF_A_NAME)
        .orderBy('name')
        .execute();
      for (const { name } of full) await dropOldestOf(db, registryId, name);
    }
  }
}

async function dropOldestOf(db: Session['db'], registryId: number, name: string): Promise<void> {
  await db
    .deleteFrom('missing_versions')
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .where('version', 'in', (eb) =>
      eb
        .selectFrom('missing_versions as kept')
        .select('kept.version')
        .where('kept.registry_id', '=', registryId)
        .where('kept.name', '=', name)
        .orderBy('kept.last_at', 'desc')
        .orderBy('kept.version')
        .limit(ALL)
        .offset(MOST_MISSING_OF_A_NAME),
    )
    .execute();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
