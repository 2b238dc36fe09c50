import type { UnpublishCommand } from '../../../registry/index.ts';
import type { Session } from '../capabilities.ts';
import { barUnused } from './blobs.ts';
import { forgetContentHashes } from './content-hashes.ts';
import { assertRevision, finishChange, lockFor, putTag, versionId } from './packages.ts';
import { dropPreviewsOf } from './previews/index.ts';
import { refreshSearch } from './search-index.ts';

/**
 * Takes versions away, or the whole package. The rows stay as the record of what was there and keep the numbers taken; the
 * artifacts go, and with them the blobs that nothing else needs.
 */
export async function unpublish(session: Session, command: UnpublishCommand): Promise<{ revision: number }> {
  const head = await lockFor(session, command, 'manage');
  assertRevision(head, command.name, command.expectedRevision);
  await removeVersions(session, head.id, command);
  const { db } = session;
  if (command.tags !== null && command.versions !== 'all') {
    await db.deleteFrom('tags').where('package_id', '=', head.id).execute();
    for (const [tag, version] of Object.entries(command.tags)) {
      await putTag(
        session,
        head.id,
        tag,
        await versionId(session, head.id, command.name, version),
        command.at,
      );
    }
  }
  const left = await db
    .selectFrom('versions')
    .select('id')
    .where('package_id', '=', head.id)
    .where('state', '=', 'published')
    .limit(1)
    .executeTakeFirst();
  // Whoever takes a whole package away means what its commits made of it too.
  if (left === undefined) await dropPreviewsOf(session, { ...command, by: command.event.actor });
  const result = await finishChange(
    session,
    head,
    command,
    left === undefined ? { rewrites: true, removed_at: command.at } : { rewrites: true },
  );
  await refreshSearch(session, head.id);
  return result;
}

/** Answers how many it took. */
export async function removeVersions(
  session: Session,
  packageId: number,
  { versions, at }: Pick<UnpublishCommand, 'versions' | 'at'>,
): Promise<number> {
  const { db } = session;
  if (versions !== 'all' && versions.length === 0) return 0;
  const rows = await db
    .updateTable('versions')
    .set({ removed_at: at, state: 'removed', used_at: null, cached_bytes: null })
    .where('package_id', '=', packageId)
    .where('state', 'in', ['published', 'evicted'])
    .$if(versions !== 'all', (query) => query.where('version', 'in', versions === 'all' ? [] : versions))
    .returning('id')
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return 0;
  await db.deleteFrom('tags').where('version_id', 'in', ids).execute();
  await db.deleteFrom('attestations').where('version_id', 'in', ids).execute();
  await forgetContentHashes(session, ids);
  const artifacts = await db
    .deleteFrom('artifacts')
    .where('version_id', 'in', ids)
    .returning('sha256')
    .execute();
  await barUnused(
    session,
    artifacts.map(({ sha256 }) => sha256),
  );
  return ids.length;
}
