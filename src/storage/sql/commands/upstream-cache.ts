import { sql } from 'kysely';
import type { CachedVersion, CacheSize, Eviction, OldDocuments, Spared } from '../../../upstream/index.ts';
import { theServer } from '../../../ledger/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { oldestDocuments } from '../queries/upstream-cache.ts';
import { barUnused } from './blobs.ts';
import { forgetContentHashes } from './content-hashes.ts';
import { recordEvent } from './record.ts';

/** Reads only; here, because it reads a whole index and must not hold up the thread that answers requests. */
export async function sizeUpstreamCache({ db }: Session): Promise<CacheSize> {
  const versions = await db
    .selectFrom('versions')
    .select(({ fn }) => fn.sum<number | string | null>('cached_bytes').as('bytes'))
    .where('used_at', 'is not', null)
    .executeTakeFirst();
  const documents = await db
    .selectFrom('upstream_documents')
    .select(({ fn }) => fn.sum<number | string | null>('bytes').as('bytes'))
    .executeTakeFirst();
  return { versions: Number(versions?.bytes ?? 0), documents: Number(documents?.bytes ?? 0) };
}

export interface EvictVersions {
  versions: CachedVersion[];
  at: number;
}

/**
 * Takes the files of cached versions. A pull of such a version locks the same package, and a publish of the same bytes the same
 * blob: whoever comes second sees what the first has done.
 */
export async function evictVersions(session: Session, { versions, at }: EvictVersions): Promise<Eviction> {
  const { db } = session;
  const nothing = { versions: 0, bytes: 0, keys: [] };
  if (versions.length === 0) return nothing;
  const ids = versions.map(({ versionId }) => versionId);
  const packages = await lockRows(
    session,
    db
      .selectFrom('packages')
      .select(['id', 'registry_id'])
      .where('origin', '=', 'upstream')
      .where('id', 'in', (eb) => eb.selectFrom('versions').select('package_id').where('id', 'in', ids))
      .orderBy('id'),
  ).execute();
  if (packages.length === 0) return nothing;
  const lastUse = Math.max(...versions.map(({ usedAt }) => usedAt));
  const gone = await db
    .updateTable('versions')
    .set({ state: 'evicted', removed_at: at, used_at: null, cached_bytes: null })
    .where('id', 'in', ids)
    .where(
      'package_id',
      'in',
      packages.map(({ id }) => id),
    )
    .where('state', '=', 'published')
    .where('used_at', '<=', lastUse)
    .returning(['id', 'package_id'])
    .execute();
  if (gone.length === 0) return nothing;
  await forgetContentHashes(
    session,
    gone.map(({ id }) => id),
  );
  const files = await db
    .deleteFrom('artifacts')
    .where(
      'version_id',
      'in',
      gone.map(({ id }) => id),
    )
    .returning(['package_id', 'sha256', 'size'])
    .execute();
  const keys = await barUnused(
    session,
    files.map(({ sha256 }) => sha256),
  );
  // Whoever keeps an answer for a revision must ask again.
  await db
    .updateTable('packages')
    .set(({ eb }) => ({ revision: eb('revision', '+', 1) }))
    .where(
      'id',
      'in',
      gone.map(({ package_id }) => package_id),
    )
    .execute();
  const bytesOf = (of: typeof files) => of.reduce((sum, { size }) => sum + size, 0);
  const registryOf = new Map(packages.map(({ id, registry_id }) => [id, registry_id]));
  for (const [registryId, taken] of Map.groupBy(gone, ({ package_id }) => registryOf.get(package_id) ?? 0)) {
    const its = files.filter(({ package_id }) => registryOf.get(package_id) === registryId);
    await recordEviction(session, registryId, { versions: taken.length, bytes: bytesOf(its) }, at);
  }
  return { versions: gone.length, bytes: bytesOf(files), keys };
}

async function recordEviction(
  session: Session,
  registryId: number,
  detail: { versions: number; bytes: number },
  at: number,
): Promise<void> {
  const { name } = await session.db
    .selectFrom('registries')
    .select('name')
    .where('id', '=', registryId)
    .executeTakeFirstOrThrow();
  const place = { registry: name, package: null, version: null };
  await recordEvent(session, { type: 'cache.evict', at, actor: theServer, ...place, detail });
}

/** Answers how many. */
export async function forgetMissing({ db }: Session, before: number): Promise<number> {
  const rows = await db
    .deleteFrom('upstream_documents')
    .where('status', '=', sql.lit('missing'))
    .where('checked_at', '<', before)
    .returning('name')
    .execute();
  return rows.length;
}

export interface DropDocuments extends OldDocuments {
  spared: Spared;
}

export async function dropDocuments(
  { db }: Session,
  { spared, before, limit, bytes }: DropDocuments,
): Promise<{ documents: number; bytes: number }> {
  const oldest = await oldestDocuments(db, spared, { before, limit }).execute();
  const result = { documents: 0, bytes: 0 };
  for (const { registry_id, name, checked_at } of oldest) {
    if (result.bytes >= bytes) break;
    const gone = await db
      .deleteFrom('upstream_documents')
      .where('registry_id', '=', registry_id)
      .where('name', '=', name)
      .where('checked_at', '=', checked_at)
      .returning('bytes')
      .executeTakeFirst();
    if (gone === undefined) continue;
    result.documents += 1;
    result.bytes += gone.bytes;
  }
  return result;
}
