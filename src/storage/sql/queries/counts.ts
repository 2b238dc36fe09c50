import { sql, type Kysely, type RawBuilder } from 'kysely';
import type {
  DayCount,
  Days,
  MissingVersion,
  TopEntry,
  TopQuery,
  VersionTotal,
} from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { isSeen } from './previews.ts';
import { isReadable } from './visible.ts';

/** Of a name: of its package's versions and of its previews. */
export async function readDays(
  db: Kysely<Schema>,
  registryId: number,
  name: string,
  { first, last }: Days,
): Promise<DayCount[]> {
  const { rows } = await sql<{ day: number; count: number | string }>`
    select day, sum(count) as count from (
      select downloads.day, downloads.count from packages
      join downloads on downloads.package_id = packages.id and downloads.day between ${first} and ${last}
      where packages.registry_id = ${registryId} and packages.name = ${name}
      union all
      select day, count from preview_downloads
      where registry_id = ${registryId} and name = ${name} and day between ${first} and ${last}
    ) as counted group by day order by day`.execute(db);
  return rows.map(dayCount);
}

export async function readTotal(
  db: Kysely<Schema>,
  registryId: number,
  name: string,
): Promise<{ downloads: number; lastAt: number | null } | undefined> {
  return db
    .selectFrom('name_downloads')
    .select(['downloads', 'last_at as lastAt'])
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .where('downloads', '>', 0)
    .executeTakeFirst();
}

export async function readVersionTotals(
  db: Kysely<Schema>,
  registryId: number,
  name: string,
): Promise<VersionTotal[]> {
  const rows = await db
    .selectFrom('version_downloads')
    .select(['version', 'preview', 'downloads'])
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .orderBy('downloads', 'desc')
    .orderBy('version')
    .execute();
  return rows.map(({ version, preview, downloads }) => ({ version, isPreview: preview === 1, downloads }));
}

export async function readTop(db: Kysely<Schema>, query: TopQuery): Promise<TopEntry[]> {
  const { rows } = await topQuery(query).execute(db);
  return rows.map(({ name, downloads, origin }) => ({ name, downloads, origin }));
}

/** Walks down the index of numbers; only what the reader may not see is walked over. */
export function topQuery({ registryId, reader, goneUntil, after, limit }: TopQuery): RawBuilder<TopEntry> {
  const rest =
    after === null
      ? sql`true`
      : sql`numbers.downloads <= ${after.downloads}
          and (numbers.downloads < ${after.downloads} or numbers.name > ${after.name})`;
  return sql<TopEntry>`
    select numbers.name, numbers.downloads, coalesce(packages.origin, 'preview') as origin
    from name_downloads as numbers
    left join packages on packages.registry_id = numbers.registry_id and packages.name = numbers.name
    where numbers.registry_id = ${registryId} and numbers.downloads > 0 and ${rest}
      and ((packages.id is not null and ${isReadable(registryId, reader.readerId)})
        or exists (select 1 from previews
          where previews.registry_id = numbers.registry_id and previews.name = numbers.name
          and previews.published_at > ${goneUntil} and ${isSeen(registryId, reader)}))
    order by numbers.downloads desc, numbers.name limit ${limit}`;
}

export async function readRegistryDays(
  db: Kysely<Schema>,
  registryId: number,
  { first, last }: Days,
): Promise<DayCount[]> {
  return db
    .selectFrom('registry_downloads')
    .select(['day', 'count'])
    .where('registry_id', '=', registryId)
    .where('day', '>=', first)
    .where('day', '<=', last)
    .orderBy('day')
    .execute();
}

export async function readMissing(
  db: Kysely<Schema>,
  registryId: number,
  name: string,
  limit: number,
): Promise<MissingVersion[]> {
  const rows = await db
    .selectFrom('missing_versions as missing')
    .select(({ exists, selectFrom }) => [
      'missing.version',
      'missing.requests',
      'missing.last_at as lastAt',
      exists(
        selectFrom('packages')
          .innerJoin('versions', 'versions.package_id', 'packages.id')
          .select('versions.id')
          .whereRef('packages.registry_id', '=', 'missing.registry_id')
          .whereRef('packages.name', '=', 'missing.name')
          .whereRef('versions.version', '=', 'missing.version')
          .where('versions.state', '=', 'published'),
      ).as('isThere'),
    ])
    .where('missing.registry_id', '=', registryId)
    .where('missing.name', '=', name)
    .orderBy('missing.requests', 'desc')
    .orderBy('missing.last_at', 'desc')
    .orderBy('missing.version')
    .limit(limit)
    .execute();
  // SQLite answers 0 and 1.
  return rows.map(({ version, requests, lastAt, isThere }) => ({
    version,
    requests,
    lastAt,
    isThere: Boolean(isThere),
  }));
}

/** A sum of PostgreSQL's bigint is a numeric, which comes as text. */
function dayCount({ day, count }: { day: number; count: number | string }): DayCount {
  return { day, count: Number(count) };
}
