import { sql } from 'kysely';
import { Fault } from '../../../kernel/light/index.ts';
import type { DecisionCommand, PublishOutcome, StageCommand, Visibility } from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { barUnused } from './blobs.ts';
import { forgetContentHashes } from './content-hashes.ts';
import { assertRight, finishChange, type LockedPackage } from './packages.ts';
import { setTags } from './publish.ts';
import { recordEvent } from './record.ts';
import { refreshSearch } from './search-index.ts';
import { addVersion } from './versions.ts';

/** A version that shows nowhere yet, with what its approval is to do. */
export async function stageVersion(session: Session, command: StageCommand): Promise<PublishOutcome> {
  const { head, versionId, unusedKeys } = await addVersion(session, command, command.state);
  await session.db
    .insertInto('staged_versions')
    .values({
      id: command.stageId,
      version_id: versionId,
      registry_id: command.registryId,
      tags: JSON.stringify(command.tags),
      fallback_tag: command.fallbackTag,
      visibility: command.visibility,
      staged_by: command.event.actor.name,
      via: command.event.actor.via,
      created_at: command.at,
    })
    .execute();
  await recordEvent(session, command.event);
  return { outcome: 'published', packageId: head.id, revision: head.revision, unusedKeys };
}

/** Makes a staged version a published one, as a publish of this moment would. */
export async function approveVersion(
  session: Session,
  command: DecisionCommand,
): Promise<{ revision: number }> {
  const { head, versionId, tags, fallbackTag, visibility } = await decide(session, command);
  const { db } = session;
  await db
    .updateTable('versions')
    .set({ state: 'published', published_at: command.at })
    .where('id', '=', versionId)
    .execute();
  const speaks = await setTags(session, head.id, versionId, { tags, fallbackTag, at: command.at });
  // Its row lies among those of versions that were published meanwhile.
  const result = await finishChange(session, head, command, {
    rewrites: true,
    removed_at: null,
    ...(visibility !== null && { visibility }),
  });
  if (speaks) await refreshSearch(session, head.id);
  return result;
}

/** Takes a staged version away and gives its number back. The row stays as the record of what was there. */
export async function rejectVersion(session: Session, command: DecisionCommand): Promise<void> {
  const { versionId } = await decide(session, command);
  const { db } = session;
  await db
    .updateTable('versions')
    .set({
      state: 'rejected',
      removed_at: command.at,
      // No number holds a blank.
      version_key: sql<string>`version_key || ${` rejected ${versionId}`}`,
    })
    .where('id', '=', versionId)
    .execute();
  await db.deleteFrom('attestations').where('version_id', '=', versionId).execute();
  await forgetContentHashes(session, [versionId]);
  const artifacts = await db
    .deleteFrom('artifacts')
    .where('version_id', '=', versionId)
    .returning('sha256')
    .execute();
  await barUnused(
    session,
    artifacts.map(({ sha256 }) => sha256),
  );
  await recordEvent(session, command.event);
}

interface Decided {
  head: LockedPackage;
  versionId: number;
  tags: string[];
  fallbackTag: string | null;
  visibility: Visibility | null;
}

/** Of several who decide at once one gets the row; the others find it gone. */
async function decide(session: Session, command: DecisionCommand): Promise<Decided> {
  const { db } = session;
  const staged = () =>
    db
      .selectFrom('staged_versions')
      .innerJoin('versions', 'versions.id', 'staged_versions.version_id')
      .select('versions.package_id')
      .where('staged_versions.id', '=', command.stageId)
      .where('staged_versions.registry_id', '=', command.registryId);
  const found = await staged().executeTakeFirst();
  if (found === undefined) throw gone();
  const head = await lockRows(
    session,
    db
      .selectFrom('packages')
      .select(['id', 'origin', 'revision', 'organisation_id'])
      .where('id', '=', found.package_id),
  ).executeTakeFirstOrThrow();
  await assertRight(session, command, 'write');
  const row = await db
    .deleteFrom('staged_versions')
    .where('id', '=', command.stageId)
    .returning(['version_id', 'tags', 'fallback_tag', 'visibility'])
    .executeTakeFirst();
  if (row === undefined) throw gone();
  return {
    head,
    versionId: row.version_id,
    tags: JSON.parse(row.tags) as string[],
    fallbackTag: row.fallback_tag,
    visibility: row.visibility,
  };
}

function gone(): Fault {
  return new Fault('not_found', 'No version is staged under this id (any more).');
}
