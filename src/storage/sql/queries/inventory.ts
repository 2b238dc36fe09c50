import { sql, type Kysely } from 'kysely';
import type { ListedPackage, PreviewPage, PreviewRow } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { alive, previewFrom } from './previews.ts';

/** See `Inventory.packages`: three queries a page. */
export async function listPackages(
  db: Kysely<Schema>,
  registryId: number,
  afterName: string,
  limit: number,
): Promise<ListedPackage[]> {
  const packages = await db
    .selectFrom('packages')
    .leftJoin('name_downloads', (join) =>
      join
        .onRef('name_downloads.registry_id', '=', 'packages.registry_id')
        .onRef('name_downloads.name', '=', 'packages.name'),
    )
    .select([
      'packages.id',
      'packages.name',
      'packages.created_at',
      'packages.updated_at',
      'name_downloads.downloads',
    ])
    .where('packages.registry_id', '=', registryId)
    .where('packages.origin', '=', 'local')
    .where('packages.name', '>', afterName)
    .where('removed_at', 'is', null)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('versions')
          .select('versions.id')
          .whereRef('versions.package_id', '=', 'packages.id')
          .where('versions.state', '=', 'published'),
      ),
    )
    .orderBy('packages.name')
    .limit(limit)
    .execute();
  const ids = packages.map(({ id }) => id);
  if (ids.length === 0) return [];
  const [versions, latest] = await Promise.all([readFiles(db, ids), readLatest(db, ids)]);
  return packages.map((row) => ({
    name: row.name,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    downloads: row.downloads ?? 0,
    versions: versions.get(row.id) ?? [],
    latest: latest.get(row.id),
  }));
}

async function readFiles(
  db: Kysely<Schema>,
  packageIds: number[],
): Promise<Map<number, ListedPackage['versions']>> {
  const rows = await db
    .selectFrom('versions')
    .innerJoin('artifacts', 'artifacts.version_id', 'versions.id')
    .select([
      'versions.package_id',
      'versions.version',
      'versions.published_at as publishedAt',
      'artifacts.sha256',
      'artifacts.size',
    ])
    .where('versions.package_id', 'in', packageIds)
    .where('versions.state', '=', 'published')
    .orderBy('versions.id')
    .execute();
  const grouped = Map.groupBy(rows, (row) => row.package_id);
  return new Map(
    [...grouped].map(([id, files]) => [
      id,
      files.map(({ version, publishedAt, sha256, size }) => ({ version, publishedAt, sha256, size })),
    ]),
  );
}

async function readLatest(
  db: Kysely<Schema>,
  packageIds: number[],
): Promise<Map<number, ListedPackage['latest']>> {
  const rows = await db
    .selectFrom('tags')
    .innerJoin('versions', 'versions.id', 'tags.version_id')
    .leftJoin('users', 'users.id', 'versions.publisher_id')
    .select(['tags.package_id', 'versions.version', 'versions.manifest', 'users.name as publishedBy'])
    .where('tags.package_id', 'in', packageIds)
    .where('tags.tag', '=', 'latest')
    .execute();
  return new Map(rows.map(({ package_id: id, ...latest }) => [id, latest]));
}

/** See `Inventory.previews`. */
export async function listPreviews(db: Kysely<Schema>, page: PreviewPage): Promise<PreviewRow[]> {
  const { after, limit } = page;
  const [first, second] = page.order === 'commit' ? (['sha', 'name'] as const) : (['name', 'sha'] as const);
  const rows = await alive(db, page)
    .selectAll('previews')
    .$if(after !== undefined, (of) =>
      of.where(({ eb, or, and }) =>
        or([
          eb(first, '>', after?.[first] ?? ''),
          and([eb(first, '=', after?.[first] ?? ''), eb(second, '>', after?.[second] ?? '')]),
        ]),
      ),
    )
    .orderBy(first)
    .orderBy(second)
    .limit(limit)
    .execute();
  return rows.map(previewFrom);
}

/** See `Inventory.state`. Every change of a package raises its revision, and none is ever lowered; a preview that is replaced is younger. */
export async function inventoryState(db: Kysely<Schema>, registryId: number): Promise<string> {
  const packages = await db
    .selectFrom('packages')
    .select(({ fn }) => [
      fn.countAll<number>().as('count'),
      sql<number>`coalesce(sum(revision), 0)`.as('sum'),
    ])
    .where('registry_id', '=', registryId)
    .where('origin', '=', 'local')
    .executeTakeFirstOrThrow();
  const previews = await db
    .selectFrom('previews')
    .select(({ fn }) => [
      fn.countAll<number>().as('count'),
      sql<number>`coalesce(max(published_at), 0)`.as('youngest'),
      // Clocks of replicas differ. A sum of whole times would pass what a number holds after 5,000 previews, this after millions.
      sql<string>`cast(coalesce(sum(published_at % 1000000000), 0) as text)`.as('sum'),
    ])
    .where('registry_id', '=', registryId)
    .executeTakeFirstOrThrow();
  return [packages.count, packages.sum, previews.count, previews.youngest, previews.sum].join('/');
}
