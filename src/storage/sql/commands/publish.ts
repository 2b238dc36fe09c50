import { newestVersion } from '../../../kernel/semver/light/index.ts';
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
  const newest = newestOf(current ? [current, added] : await goodVersions(session, packageId));
  if (newest === undefined || newest.id === current?.id) return false;
  return setTags(session, packageId, newest.id, { tags: [DEFAULT_TAG], fallbackTag: null, at });
}

/** Points the default tag at the highest version that is not yanked; takes it away if there is none. The head is locked. */
export async function settleDefault(session: Session, packageId: number, at: number): Promise<void> {
  const newest = newestOf(await goodVersions(session, packageId));
  if (newest) {
    await setTags(session, packageId, newest.id, { tags: [DEFAULT_TAG], fallbackTag: null, at });
    return;
  }
  await session.db
    .deleteFrom('tags')
    .where('package_id', '=', packageId)
    .where('tag', '=', DEFAULT_TAG)
    .execute();
}

function newestOf(versions: { id: number; version: string }[]): { id: number } | undefined {
  const newest = newestVersion(versions.map(({ version }) => version));
  return versions.find(({ version }) => version === newest);
}

/** Those that the default tag may go to. */
function goodVersions(session: Session, packageId: number): Promise<{ id: number; version: string }[]> {
  return session.db
    .selectFrom('versions')
    .select(['id', 'version'])
    .where('package_id', '=', packageId)
    .where('state', '=', 'published')
    .where('yanked_at', 'is', null)
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
