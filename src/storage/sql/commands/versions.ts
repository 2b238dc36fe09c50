import { sql } from 'kysely';
import { Fault } from '../../../kernel/light/index.ts';
import type {
  PublishArtifact,
  PublishCommand,
  PublishOutcome,
  VersionState,
} from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { Abandon } from './abandon.ts';
import { claimPackage } from './claim.ts';
import { addContentHashes } from './content-hashes.ts';
import { evictAll } from './evict-all.ts';
import type { LockedPackage } from './packages.ts';

/** Rows of a new version with its files: what a publish and an upload that waits for approval have in common. */
export interface NewVersion {
  head: LockedPackage;
  versionId: number;
  /** Promoted keys that no row uses: the same bytes were here already. */
  unusedKeys: string[];
}

/** Locks or makes the package, and adds the version with its files and evidence. */
export async function addVersion(
  session: Session,
  command: PublishCommand,
  state: VersionState,
): Promise<NewVersion> {
  const head = await claimPackage(session, command, state);
  const unusedKeys = await evictForeign(session, head.id, command);
  const versionId = await insertVersion(session, head.id, command, state);
  await assertRoom(session, head.id, command);
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
  await addContentHashes(session, versionId, command.contentHashes ?? []);
  return { head, versionId, unusedKeys };
}

/**
 * Makes way where the same version is stored from another upstream: a pull that was under way when the name moved may have stored it.
 * Answers the keys that nothing needs any more.
 */
async function evictForeign(
  session: Session,
  packageId: number,
  { upstream, version, at }: PublishCommand,
): Promise<string[]> {
  if (upstream === undefined) return [];
  const row = await session.db
    .selectFrom('versions')
    .select('id')
    .where('package_id', '=', packageId)
    .where('version', '=', version)
    .where('state', '=', 'published')
    .where('upstream', '!=', upstream)
    .executeTakeFirst();
  return row ? evictAll(session, [row.id], at) : [];
}

async function insertVersion(
  session: Session,
  packageId: number,
  command: PublishCommand,
  state: VersionState,
): Promise<number> {
  const isCached = command.origin === 'upstream';
  const values = {
    version: command.version,
    manifest: command.manifest,
    summary: command.summary,
    readme: command.readme,
    description: command.searchText.description,
    keywords: command.searchText.keywords.join(' '),
    categories: command.searchText.categories ? JSON.stringify(command.searchText.categories) : null,
    deprecated: command.deprecated,
    publisher_id: command.publisherId,
    published_at: command.at,
    upstream_time: command.upstreamTime,
    upstream: command.upstream ?? null,
    used_at: isCached ? command.at : null,
    cached_bytes: isCached ? command.artifacts.reduce((bytes, { size }) => bytes + size, 0) : null,
    state,
  };
  const row = await session.db
    .insertInto('versions')
    .values({ package_id: packageId, version_key: command.versionKey, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['package_id', 'version_key'])
        .doUpdateSet({ ...values, removed_at: null, vanished_at: null })
        // Its number was never taken here.
        .where('versions.state', '=', 'evicted'),
    )
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw await taken(session, packageId, command);
  return row.id;
}

/** The head is locked, so whoever publishes at the same time counts too. */
async function assertRoom(
  { db }: Session,
  packageId: number,
  { name, mostSummaries }: PublishCommand,
): Promise<void> {
  if (mostSummaries === undefined) return;
  const { length } = await db
    .selectFrom('versions')
    .select(sql<number | string>`sum(length(summary))`.as('length'))
    .where('package_id', '=', packageId)
    .where('state', '=', 'published')
    .executeTakeFirstOrThrow();
  if (Number(length) <= mostSummaries) return;
  throw new Fault(
    'bad_request',
    `The versions of ${name} would take ${length} characters in the index, and those of one package may have ${mostSummaries}; to yank makes no room: name fewer dependencies, unpublish versions, or go on under another name.`,
  );
}

async function taken(session: Session, packageId: number, command: PublishCommand): Promise<Fault> {
  const { name, version, versionKey } = command;
  const row = await session.db
    .selectFrom('versions')
    .select('state')
    .where('package_id', '=', packageId)
    .where('version_key', '=', versionKey)
    .executeTakeFirst();
  return row?.state === 'staged' || row?.state === 'pending'
    ? new Fault(
        'version_staged',
        `${name}@${version} waits for approval: approve or reject it, or choose a new version.`,
      )
    : new Fault('version_exists', `${name}@${version} was published before; choose a new version.`);
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
