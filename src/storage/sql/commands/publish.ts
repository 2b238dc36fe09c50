import { newestVersion } from '../../../kernel/index.ts';
import type { PublishCommand, PublishOutcome } from '../../../registry/index.ts';
import type { Session } from '../capabilities.ts';
import { recordEvent } from './record.ts';
import { DEFAULT_TAG, refreshSearch } from './search-index.ts';
import { addVersion } from './versions.ts';

/** A version with its artifacts, blobs, tags, revision and event: all or nothing. */
export async function publish(session: Session, command: PublishCommand): Promise<PublishOutcome> {
  const { head, versionId, unusedKeys } = await addVersion(session, command, 'published');
  const tagged = await setTags(session, head.id, versionId, command);
  const raised =
    command.raisesDefault === true &&
    (await raiseDefault(session, head.id, { id: versionId, version: command.version }, command.at));
  const revision = head.revision + 1;
  await session.db
    .updateTable('packages')
    .set({
      revision,
      updated_at: command.at,
      removed_at: null,
      ...(command.visibility !== null && { visibility: command.visibility }),
    })
    .where('id', '=', head.id)
    .execute();
  if (tagged || raised) await refreshSearch(session, head.id);
  await recordEvent(session, command.event);
  return { outcome: 'published', packageId: head.id, revision, unusedKeys };
}

/** The head is locked, so whoever publishes at the same time counts the version too. True: another version may speak for the package now. */
async function raiseDefault(
  session: Session,
  packageId: number,
  added: { id: number; version: string },
  at: number,
): Promise<boolean> {
  const current = await session.db
    .selectFrom('tags')
    .innerJoin('versions', 'versions.id', 'tags.version_id')
    .select(['versions.id', 'versions.version'])
    .where('tags.package_id', '=', packageId)
    .where('tags.tag', '=', DEFAULT_TAG)
    .executeTakeFirst();
  const versions = current ? [current, added] : await publishedVersions(session, packageId);
  const newest = newestVersion(versions.map(({ version }) => version));
  const versionId = versions.find(({ version }) => version === newest)?.id;
  if (versionId === undefined || versionId === current?.id) return false;
  return setTags(session, packageId, versionId, { tags: [DEFAULT_TAG], fallbackTag: null, at });
}

function publishedVersions(session: Session, packageId: number): Promise<{ id: number; version: string }[]> {
  return session.db
    .selectFrom('versions')
    .select(['id', 'version'])
    .where('package_id', '=', packageId)
    .where('state', '=', 'published')
    .execute();
}

/** True if the version is now the one that speaks for the package. */
export async function setTags(
  session: Session,
  packageId: number,
  versionId: number,
  command: Pick<PublishCommand, 'tags' | 'fallbackTag' | 'at'>,
): Promise<boolean> {
  const row = (tag: string) => ({
    package_id: packageId,
    tag,
    version_id: versionId,
    updated_at: command.at,
  });
  for (const tag of command.tags) {
    await session.db
      .insertInto('tags')
      .values(row(tag))
      .onConflict((conflict) =>
        conflict
          .columns(['package_id', 'tag'])
          .doUpdateSet({ version_id: versionId, updated_at: command.at }),
      )
      .execute();
  }
  if (command.fallbackTag === null) return command.tags.includes(DEFAULT_TAG);
  const added = await session.db
    .insertInto('tags')
    .values(row(command.fallbackTag))
    .onConflict((conflict) => conflict.columns(['package_id', 'tag']).doNothing())
    .returning('tag')
    .executeTakeFirst();
  return added !== undefined || command.tags.includes(DEFAULT_TAG);
}
