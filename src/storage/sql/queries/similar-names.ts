import { sql, type Kysely } from 'kysely';
import type { NamePage, SearchQuery } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { isVisible } from './visible.ts';

/** The first text that does not begin so: the end of a range in an index. */
function after(beginning: string): string {
  return `${beginning}\u{10ffff}`;
}

/** Where names are that a new one is compared with: the table, and its column. */
const places = {
  scopes: 'scope',
  packages: 'name',
} as const;

/** Asks the index alone: to look at each row would take five times as long. */
export async function namesIn(
  db: Kysely<Schema>,
  table: keyof typeof places,
  { registryId, beginning, after: last, limit }: NamePage,
): Promise<string[]> {
  const column = sql.ref<string>(places[table]);
  const rows = await db
    .selectFrom(table as 'packages')
    .select(column.as('name'))
    .where('registry_id', '=', registryId)
    .where(column, '>=', beginning)
    .where(column, '<', after(beginning))
    .$if(last !== null, (query) => query.where(column, '>', last ?? ''))
    .orderBy(column)
    .limit(limit)
    .execute();
  return rows.map(({ name }) => name);
}

/** Packages of a scope that are looked at to tell whether one of them shows. */
const MOST_OF_SCOPE = 300;

export async function visibleNames(
  db: Kysely<Schema>,
  { registryId, names, readerId }: { registryId: number; names: string[]; readerId: SearchQuery['readerId'] },
): Promise<string[]> {
  const visible: string[] = [];
  for (const name of names) {
    const candidates = db
      .selectFrom('packages')
      .select('id')
      .where('registry_id', '=', registryId)
      .$call((query) =>
        name.endsWith('/')
          ? query.where('name', '>=', name).where('name', '<', after(name))
          : query.where('name', '=', name),
      )
      .orderBy('name')
      .limit(MOST_OF_SCOPE);
    const row = await db
      .selectFrom('packages')
      .select('id')
      .where('id', 'in', candidates)
      .where(isVisible(registryId, readerId))
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) visible.push(name);
  }
  return visible;
}
