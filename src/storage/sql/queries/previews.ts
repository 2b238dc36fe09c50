import { sql, type Kysely, type RawBuilder, type Selectable, type SqlBool } from 'kysely';
import type { PreviewSight } from '../../../policy/index.ts';
import type {
  BlobRow,
  PreviewQuery,
  PreviewReader,
  PreviewRow,
  PreviewStore,
} from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { hasRight, isOpen, isWritable } from './visible.ts';

type Input<M extends keyof PreviewStore> = Parameters<PreviewStore[M]>[0];

/** Behind every text of hex digits that begins so. */
function after(beginning: string): string {
  return `${beginning}g`;
}

/** Previews whose time is not over. */
export const alive = (db: Kysely<Schema>, { registryId, goneUntil }: PreviewQuery) =>
  db
    .selectFrom('previews')
    .where('previews.registry_id', '=', registryId)
    .where('previews.published_at', '>', goneUntil);

export async function commitsWith(db: Kysely<Schema>, query: Input<'commits'>): Promise<string[]> {
  const rows = await alive(db, query)
    .select('previews.sha')
    .distinct()
    .where('previews.sha', '>=', query.beginning)
    .where('previews.sha', '<', after(query.beginning))
    .where(isSeen(query.registryId, query.reader))
    .orderBy('previews.sha')
    .limit(query.limit)
    .execute();
  return rows.map(({ sha }) => sha);
}

export async function previewsOfCommit(db: Kysely<Schema>, query: Input<'ofCommit'>): Promise<PreviewRow[]> {
  const rows = await alive(db, query)
    .selectAll('previews')
    .where('previews.sha', '=', query.sha)
    .where(isSeen(query.registryId, query.reader))
    .orderBy('previews.name')
    .execute();
  return rows.map(previewFrom);
}

export async function siblingNames(db: Kysely<Schema>, query: Input<'siblings'>): Promise<string[]> {
  const rows = await alive(db, query)
    .select('previews.name')
    .where('previews.sha', '=', query.sha)
    .where(isSeen(query.registryId, query.reader))
    .where(isVouchedFor(query))
    .execute();
  return rows.map(({ name }) => name);
}

function isVouchedFor({ registryId, sender }: Input<'siblings'>): RawBuilder<SqlBool> {
  // What was there before the package is no work of its publishers.
  const ours = sql`${isOurs(registryId)} and packages.created_at <= previews.published_at`;
  if ('job' in sender) {
    return sql`(previews.publisher_id is null and previews.published_by = ${sender.job}
      and exists (select 1 from packages where ${ours}))`;
  }
  const writer = sender.administrator ? 'all' : sender.userId;
  return sql`(previews.publisher_id = ${sender.userId}
    or exists (select 1 from packages where ${ours} and ${isWritable(registryId, writer)}))`;
}

export async function previewsOfPackage(
  db: Kysely<Schema>,
  query: Input<'ofPackage'>,
): Promise<PreviewRow[]> {
  const rows = await alive(db, query)
    .selectAll('previews')
    .where('previews.name', '=', query.name)
    .where('previews.sha', '>=', query.beginning)
    .where('previews.sha', '<', after(query.beginning))
    .where(isIn(query.sight))
    .orderBy('previews.sha')
    .limit(query.limit)
    .execute();
  return rows.map(previewFrom);
}

export async function previewAtCursor(db: Kysely<Schema>, query: Input<'atCursor'>): Promise<PreviewRow[]> {
  const { repository } = query;
  const rows = await alive(db, query)
    .innerJoin('preview_cursors', (join) =>
      join
        .onRef('preview_cursors.registry_id', '=', 'previews.registry_id')
        .onRef('preview_cursors.name', '=', 'previews.name')
        .onRef('preview_cursors.sha', '=', 'previews.sha'),
    )
    .selectAll('previews')
    .where('previews.name', '=', query.name)
    .where('preview_cursors.ref', '=', query.ref)
    .$if(repository !== undefined, (of) =>
      of
        .where('preview_cursors.owner', '=', repository?.owner ?? '')
        .where('preview_cursors.repo', '=', repository?.repo ?? ''),
    )
    .where(isIn(query.sight))
    .orderBy('preview_cursors.moved_at', 'desc')
    .orderBy('previews.sha')
    .limit(2)
    .execute();
  return rows.map(previewFrom);
}

export async function pagePreviewBlobs(
  db: Kysely<Schema>,
  { goneUntil, afterKey, limit }: Input<'blobs'>,
): Promise<BlobRow[]> {
  return db
    .selectFrom('previews')
    .select(['key', 'sha256', 'size'])
    .where('key', '>', afterKey)
    .where('published_at', '>', goneUntil)
    .orderBy('key')
    .limit(limit)
    .execute();
}

export async function knownPreviewKeys(db: Kysely<Schema>, keys: string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await db.selectFrom('previews').select('key').where('key', 'in', keys).execute();
  return new Set(rows.map(({ key }) => key));
}

/** `isInSight` once more, as a condition: one text for all, so that the query does not tell of what is hidden. */
function isIn(sight: PreviewSight): RawBuilder<SqlBool> {
  const [all, none] = [Number(sight === 'all'), Number(sight === 'none')];
  return sql`(${all} = 1 or (${none} = 0 and ${isOwnOrOpen(typeof sight === 'string' ? null : sight.userId)}))`;
}

function isOwnOrOpen(userId: number | null): RawBuilder<SqlBool> {
  // Nobody's id is 0.
  return sql`(previews.restricted = 0 or previews.publisher_id = ${userId ?? 0})`;
}

/** The package of the preview's name, if one is owned here. */
function isOurs(registryId: number): RawBuilder<SqlBool> {
  return sql`packages.registry_id = ${registryId} and packages.name = previews.name
    and packages.origin = 'local' and coalesce(packages.awaits, '') <> 'anyone'`;
}

/** `previewSight` once more, for previews of many names. */
export function isSeen(registryId: number, { readerId, trustedBy }: PreviewReader): RawBuilder<SqlBool> {
  if (readerId === 'all') return sql`true`;
  const ours = isOurs(registryId);
  const seen = sql<SqlBool>`(${isOpen(registryId, readerId)} and ${isOwnOrOpen(readerId)} and (
    not exists (select 1 from packages where ${ours})
    or exists (select 1 from packages where ${ours} and ${hasRight(registryId, readerId)})))`;
  return trustedBy.length === 0
    ? seen
    : sql`(${seen} or (previews.restricted = 0 and previews.name in (${sql.join(trustedBy)})))`;
}

export function previewFrom(row: Selectable<Schema['previews']>): PreviewRow {
  return {
    sha: row.sha,
    name: row.name,
    version: row.version,
    packageDir: row.package_dir,
    repository: row.repository,
    restricted: row.restricted === 1,
    publisherId: row.publisher_id,
    publishedBy: row.published_by,
    publishedAt: row.published_at,
    key: row.key,
    sha256: row.sha256,
    sha1: row.sha1,
    sha512: row.sha512,
    size: row.size,
  };
}
