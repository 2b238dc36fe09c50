import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { ListingQuery, SearchResult } from '../../../registry/index.ts';
import { DEFAULT_TAG } from '../commands/search-index.ts';
import type { Schema } from '../schema/index.ts';
import { isUnblocked } from './blocks.ts';
import { literal, readHits } from './search.ts';
import { isVisible } from './visible.ts';

/** See `Listings.find`. Rights apply before counting and paging. */
export async function findListed(db: Kysely<Schema>, query: ListingQuery): Promise<SearchResult> {
  const from = listed(query);
  const [count, page] = await Promise.all([
    sql<{ total: number }>`select count(*) as total ${from}`.execute(db),
    sql<{ id: number }>`select packages.id ${from} order by ${order(query)}
      limit ${query.limit} offset ${query.offset}`.execute(db),
  ]);
  const ids = page.rows.map(({ id }) => id);
  return { total: count.rows[0]?.total ?? 0, hits: ids.length === 0 ? [] : await readHits(db, ids) };
}

export async function listedCategories(
  db: Kysely<Schema>,
  query: Pick<ListingQuery, 'registryId' | 'readerId'>,
): Promise<{ name: string; count: number }[]> {
  const all = { ...query, text: null, keyword: null, category: null };
  const { rows } = await sql<{ name: string; count: number }>`
    select package_categories.category as name, count(*) as count
    from package_categories join (select packages.id ${listed(all)}) as shown on shown.id = package_categories.package_id
    group by package_categories.category order by package_categories.category`.execute(db);
  return rows;
}

function listed(
  query: Pick<ListingQuery, 'registryId' | 'readerId' | 'text' | 'keyword' | 'category'>,
): RawBuilder<unknown> {
  const { registryId, readerId, text, keyword, category } = query;
  const given: RawBuilder<SqlBool>[] = [
    sql`packages.registry_id = ${registryId}`,
    sql`versions.yanked_at is null`,
    isVisible(registryId, readerId),
    isUnblocked(registryId),
  ];
  if (text !== null) given.push(sql`package_texts.text like ${part(text)} escape '\\'`);
  if (keyword !== null) given.push(sql`package_search.keywords like ${part(` ${keyword} `)} escape '\\'`);
  if (category !== null) {
    given.push(sql`exists (select 1 from package_categories
      where package_categories.package_id = packages.id and package_categories.category = ${category.toLowerCase()})`);
  }
  return sql`from packages
    join package_texts on package_texts.package_id = packages.id
    join tags on tags.package_id = packages.id and tags.tag = ${DEFAULT_TAG}
    join versions on versions.id = tags.version_id
    ${keyword === null ? sql`` : sql`join package_search on package_search.rowid = packages.id`}
    left join name_downloads as numbers on numbers.registry_id = packages.registry_id and numbers.name = packages.name
    where ${sql.join(given, sql` and `)}`;
}

function order({ sort, text }: ListingQuery): RawBuilder<unknown> {
  switch (sort) {
    case 'name':
      return sql`packages.name`;
    case 'newest':
      return sql`versions.published_at desc, packages.name`;
    case 'downloads':
      return sql`coalesce(numbers.downloads, 0) desc, packages.name`;
    case 'relevance': {
      const typed = (text ?? '').toLowerCase();
      return sql`case when packages.name = ${typed} then 0
        when packages.name like ${`${literal(typed)}%`} escape '\\' then 1
        when packages.name like ${part(typed)} escape '\\' then 2 else 3 end,
        coalesce(numbers.downloads, 0) desc, packages.name`;
    }
  }
}

/** A pattern for LIKE of texts that hold this one. */
function part(text: string): string {
  return `%${literal(text.toLowerCase())}%`;
}
