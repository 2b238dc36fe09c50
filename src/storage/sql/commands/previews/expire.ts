import type { ExpiredPreviews, PreviewStore } from '../../../../registry/index.ts';
import { lockRows, type Session } from '../../capabilities.ts';
import { rowOf } from '../record.ts';
import { dropPreviews } from './drop.ts';

/** Takes away previews whose time is over. One that is replaced at this moment is found under its lock to be young again. */
export async function expirePreviews(
  session: Session,
  { goneUntil, limit, by, at }: Parameters<PreviewStore['expire']>[0],
): Promise<ExpiredPreviews> {
  const { db } = session;
  const oldest = await db
    .selectFrom('previews')
    .select('key')
    .where('published_at', '<=', goneUntil)
    .orderBy('published_at')
    .orderBy('key')
    .limit(limit)
    .execute();
  if (oldest.length === 0) return { removed: 0, bytes: 0, keys: [] };
  // In the order in which publishes lock them, so that one waits for the other instead of locking it out.
  const rows = await lockRows(
    session,
    db
      .selectFrom('previews')
      .select(['registry_id', 'sha', 'name', 'version', 'key', 'size', 'published_at'])
      .where(
        'key',
        'in',
        oldest.map(({ key }) => key),
      )
      .where('published_at', '<=', goneUntil)
      .orderBy('registry_id')
      .orderBy('name')
      .orderBy('sha'),
  ).execute();
  if (rows.length === 0) return { removed: 0, bytes: 0, keys: [] };
  await dropPreviews(session, rows);
  const registries = await db.selectFrom('registries').select(['id', 'name']).execute();
  const nameOf = new Map(registries.map(({ id, name }) => [id, name]));
  const events = rows.map(({ registry_id, sha, name, version, size, published_at }) =>
    rowOf({
      type: 'preview.expire',
      at,
      actor: by,
      registry: nameOf.get(registry_id) ?? null,
      package: name,
      version,
      detail: { sha, size, publishedAt: published_at },
    }),
  );
  await db.insertInto('events').values(events).execute();
  return {
    removed: rows.length,
    bytes: rows.reduce((sum, { size }) => sum + size, 0),
    keys: rows.map(({ key }) => key),
  };
}
