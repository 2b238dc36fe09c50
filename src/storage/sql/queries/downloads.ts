import type { Kysely } from 'kysely';
import type { DayCount } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';

export async function readDownloads(
  db: Kysely<Schema>,
  packageId: number,
  first: number,
  last: number,
): Promise<DayCount[]> {
  const rows = await db
    .selectFrom('downloads')
    .select(({ fn }) => ['day', fn.sum<number | string>('count').as('count')])
    .where('package_id', '=', packageId)
    .where('day', '>=', first)
    .where('day', '<=', last)
    .groupBy('day')
    .orderBy('day')
    .execute();
  // A sum of PostgreSQL's bigint is a numeric, which comes as text.
  return rows.map(({ day, count }) => ({ day, count: Number(count) }));
}
