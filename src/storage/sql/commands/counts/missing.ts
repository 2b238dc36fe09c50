import { sql } from 'kysely';
import { MOST_MISSING_OF_A_NAME, type MissingCount } from '../../../../registry/index.ts';
import type { Session } from '../../capabilities.ts';

/** Rows of one statement; databases limit its parameters. */
const ROWS_AT_ONCE = 200;
/** SQLite wants a limit where there is an offset. */
const ALL = 1_000_000;

/** Of one name only those stay that were asked for last. */
export async function addMissing({ db }: Session, counts: MissingCount[]): Promise<void> {
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
  const names = new Map(rows.map((row) => [`${row.registry_id} ${row.name}`, row]));
  for (const { registry_id, name } of names.values()) {
    await db
      .deleteFrom('missing_versions')
      .where('registry_id', '=', registry_id)
      .where('name', '=', name)
      .where('version', 'in', (eb) =>
        eb
          .selectFrom('missing_versions as kept')
          .select('kept.version')
          .where('kept.registry_id', '=', registry_id)
          .where('kept.name', '=', name)
          .orderBy('kept.last_at', 'desc')
          .orderBy('kept.version')
          .limit(ALL)
          .offset(MOST_MISSING_OF_A_NAME),
      )
      .execute();
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
