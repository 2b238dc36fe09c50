import { sql } from 'kysely';
import { Fault } from '../../../kernel/index.ts';
import type { PublishArtifact, PublishCommand, PublishOutcome } from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { Abandon } from './abandon.ts';
import { assertOwner, type LockedPackage } from './packages.ts';
import { recordEvent } from './record.ts';
import { DEFAULT_TAG, refreshSearch } from './search-index.ts';

/** A version with its artifacts, blobs, tags, revision and event: all or nothing. */
export async function publish(session: Session, command: PublishCommand): Promise<PublishOutcome> {
  const head = await claimPackage(session, command);
  const versionId = await insertVersion(session, head.id, command);
  const unusedKeys: string[] = [];
  for (const artifact of command.artifacts) {
    await claimBlob(session, artifact, command.at, unusedKeys);
    await session.db
      .insertInto('artifacts')
      .values({
        version_id: versionId,
        package_id: head.id,
        file: artifact.file,
        sha256: artifact.sha256,
        sha1: artifact.sha1,
        sha512: artifact.sha512,
        size: artifact.size,
        facts: artifact.facts,
      })
      .execute();
  }
  if (command.attestation !== null) {
    const { predicateType, bundle } = command.attestation;
    await session.db
      .insertInto('attestations')
      .values({ version_id: versionId, predicate_type: predicateType, bundle })
      .execute();
  }
  const speaks = await setTags(session, head.id, versionId, command);
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
  if (speaks) await refreshSearch(session, head.id);
  await recordEvent(session, command.event);
  return { outcome: 'published', packageId: head.id, revision, unusedKeys };
}

/** The package's head, locked; made with its first owner if the name was free. */
async function claimPackage(session: Session, command: PublishCommand): Promise<LockedPackage> {
  const { db } = session;
  const created = await db
    .insertInto('packages')
    .values({
      registry_id: command.registryId,
      name: command.name,
      origin: command.origin,
      revision: 0,
      created_at: command.at,
      updated_at: command.at,
    })
    .onConflict((conflict) => conflict.columns(['registry_id', 'name']).doNothing())
    .returning(['id', 'origin', 'revision'])
    .executeTakeFirst();
  if (created !== undefined) {
    if (command.publisherId !== null) {
      await db
        .insertInto('owners')
        .values({ package_id: created.id, user_id: command.publisherId, since: command.at })
        .execute();
    }
    return created;
  }
  const head = await lockRows(
    session,
    db
      .selectFrom('packages')
      .select(['id', 'origin', 'revision'])
      .where('registry_id', '=', command.registryId)
      .where('name', '=', command.name),
  ).executeTakeFirstOrThrow();
  if (head.origin !== command.origin) {
    throw head.origin === 'upstream'
      ? new Fault(
          'name_taken_upstream',
          `${command.name} is served here from the upstream registry; publish under a name or scope of your own.`,
        )
      : new Fault('conflict', `${command.name} is owned here and takes no versions from upstream.`);
  }
  if (command.publisherId !== null && !command.overrideOwnership) {
    await assertOwner(session, head.id, command.name, command.publisherId);
  }
  return head;
}

async function insertVersion(session: Session, packageId: number, command: PublishCommand): Promise<number> {
  const row = await session.db
    .insertInto('versions')
    .values({
      package_id: packageId,
      version: command.version,
      version_key: command.versionKey,
      manifest: command.manifest,
      summary: command.summary,
      readme: command.readme,
      description: command.searchText.description,
      keywords: command.searchText.keywords.join(' '),
      deprecated: command.deprecated,
      publisher_id: command.publisherId,
      published_at: command.at,
    })
    .onConflict((conflict) => conflict.columns(['package_id', 'version_key']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) {
    throw new Fault(
      'version_exists',
      `${command.name}@${command.version} was published before; choose a new version.`,
    );
  }
  return row.id;
}

/**
 * Makes sure that a stored blob with these bytes is there and stays: the row is ours, or is locked until we commit, so
 * that the sweeper cannot take it in between.
 */
async function claimBlob(
  session: Session,
  artifact: PublishArtifact,
  at: number,
  unusedKeys: string[],
): Promise<void> {
  const { db } = session;
  if (artifact.key !== null) {
    const inserted = await db
      .insertInto('blobs')
      .values({
        key: artifact.key,
        sha256: artifact.sha256,
        size: artifact.size,
        state: 'stored',
        created_at: at,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst();
    if (inserted !== undefined) return;
  }
  const known = await lockRows(
    session,
    db
      .selectFrom('blobs')
      .select('key')
      .where('sha256', '=', artifact.sha256)
      .where('state', '=', sql.lit('stored')),
  ).executeTakeFirst();
  if (known === undefined) {
    throw new Abandon({ outcome: 'blob-gone', sha256: artifact.sha256 } satisfies PublishOutcome);
  }
  if (artifact.key !== null && known.key !== artifact.key) unusedKeys.push(artifact.key);
}

/** True if the version is now the one that speaks for the package. */
async function setTags(
  session: Session,
  packageId: number,
  versionId: number,
  command: PublishCommand,
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
