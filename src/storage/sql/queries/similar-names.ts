import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { NameRange, SearchQuery } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { isVisible } from './visible.ts';

/** The first text that does not begin so: the end of a range in an index. */
function after(beginning: string): string {
  return `${beginning}\u{10ffff}`;
}

function endsAs(column: RawBuilder<unknown>, { beginning, ends }: NameRange): RawBuilder<SqlBool> {
  if (ends === null) return sql<SqlBool>`1 = 1`;
  const start = sql.lit(beginning.length + 1);
  return sql<SqlBool>`(substr(${column}, ${start}, 1) = ${ends.first} or substr(${column}, length(${column}), 1) = ${ends.last})`;
}

export async function scopesIn(db: Kysely<Schema>, range: NameRange): Promise<string[]> {
  const rows = await db
    .selectFrom('scopes')
    .select('scope')
    .where('registry_id', '=', range.registryId)
    .where('scope', '>=', range.beginning)
    .where('scope', '<', after(range.beginning))
    .where(sql<number>`length(scope)`, '>=', range.shortest)
    .where(sql<number>`length(scope)`, '<=', range.longest)
    .where(endsAs(sql.ref('scope'), range))
    .orderBy('scope')
    .limit(range.limit)
    .execute();
  return rows.map(({ scope }) => scope);
}

/** Asks the index alone: to look at each row would take five times as long. */
export async function namesIn(db: Kysely<Schema>, range: NameRange): Promise<string[]> {
  const rows = await db
    .selectFrom('packages')
    .select('name')
    .where('registry_id', '=', range.registryId)
    .where('name', '>=', range.beginning)
    .where('name', '<', after(range.beginning))
    .where(sql<number>`length(name)`, '>=', range.shortest)
    .where(sql<number>`length(name)`, '<=', range.longest)
    .where(endsAs(sql.ref('name'), range))
    .orderBy('name')
    .limit(range.limit)
    .execute();
  return rows.map(({ name }) => name);
}

/** Packages of a scope that are looked at to tell whether one of them shows. */
const MOST_OF_SCOPE = 1_000;

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
