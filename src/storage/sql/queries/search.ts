import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { SearchHit, SearchQuery, SearchResult } from '../../../registry/index.ts';
import type { SearchCapability } from '../capabilities.ts';
import { DEFAULT_TAG } from '../commands/search-index.ts';
import type { Schema } from '../schema/index.ts';
import { isUnblocked } from './blocks.ts';
import { readOwnersOf } from './packages.ts';
import { isVisible } from './visible.ts';

/**
 * Packages that match and may be seen. The name that was typed comes first, then names that begin with it, then what is
 * downloaded most; rights and blocks of whole packages apply before counting and paging.
 */
export async function search(
  db: Kysely<Schema>,
  capability: SearchCapability,
  query: SearchQuery,
): Promise<SearchResult> {
  const given = sql.join(conditions(capability, query), sql` and `);
  const count = await sql<{ total: number }>`select count(*) as total from packages
    join package_search on package_search.rowid = packages.id where ${given}`.execute(db);
  const { typed } = query;
  const page = await sql<{ id: number }>`select packages.id from packages
    join package_search on package_search.rowid = packages.id
    left join name_downloads as numbers on numbers.registry_id = packages.registry_id and numbers.name = packages.name
    where ${given}
    order by case when packages.name = ${typed} then 0 when packages.name like ${`${literal(typed)}%`} escape '\\' then 1 else 2 end,
      coalesce(numbers.downloads, 0) desc, packages.name
    limit ${query.limit} offset ${query.offset}`.execute(db);
  const ids = page.rows.map(({ id }) => id);
  return { total: count.rows[0]?.total ?? 0, hits: ids.length === 0 ? [] : await readHits(db, ids) };
}

function conditions(capability: SearchCapability, query: SearchQuery): RawBuilder<SqlBool>[] {
  const { words, scope, owner, keywords } = query;
  const given: RawBuilder<SqlBool>[] = [
    sql`packages.registry_id = ${query.registryId}`,
    isVisible(query.registryId, query.readerId),
    isUnblocked(query.registryId),
  ];
  if (words.length > 0) given.push(capability.matches(words));
  if (scope !== null) given.push(sql`packages.name like ${`@${literal(scope)}/%`} escape '\\'`);
  if (owner !== null) {
    const name = owner.toLowerCase();
    given.push(sql`(exists (select 1 from owners join users on users.id = owners.user_id
      where owners.package_id = packages.id and users.name_key = ${name})
      or packages.organisation_id in (select id from organisations where name_key = ${name}))`);
  }
  if (keywords.length > 0) {
    const one = (word: string) =>
      sql`package_search.keywords like ${`% ${literal(word.toLowerCase())} %`} escape '\\'`;
    given.push(sql`(${sql.join(keywords.map(one), sql` or `)})`);
  }
  return given;
}

/** The text as LIKE takes it to the letter. */
export function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** Longer manifests are left out of lists, so that a page of them has a bound; characters. */
const LONGEST_MANIFEST = 32_768;

export async function readHits(db: Kysely<Schema>, ids: number[]): Promise<SearchHit[]> {
  const rows = await db
    .selectFrom('packages')
    .leftJoin('tags', (join) =>
      join.onRef('tags.package_id', '=', 'packages.id').on('tags.tag', '=', DEFAULT_TAG),
    )
    .leftJoin('versions', 'versions.id', 'tags.version_id')
    .leftJoin('name_downloads as numbers', (join) =>
      join
        .onRef('numbers.registry_id', '=', 'packages.registry_id')
        .onRef('numbers.name', '=', 'packages.name'),
    )
    .select([
      'packages.id',
      'packages.name',
      'packages.updated_at',
      'versions.version',
      'versions.published_at',
      'numbers.downloads',
      sql<
        string | null
      >`case when length(versions.manifest) <= ${LONGEST_MANIFEST} then versions.manifest end`.as('manifest'),
    ])
    .where('packages.id', 'in', ids)
    .execute();
  const owners = await readOwnersOf(db, ids);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    return {
      packageId: id,
      name: row.name,
      version: row.version,
      publishedAt: row.published_at,
      updatedAt: row.updated_at,
      manifest: row.manifest,
      downloads: row.downloads ?? 0,
      owners: owners.get(id) ?? [],
    };
  });
}
