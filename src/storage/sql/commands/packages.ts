import { atLeast } from '../../../accounts/light/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import { changeFault } from '../../../policy/index.ts';
import type {
  DeprecateCommand,
  OwnersCommand,
  PackageCommand,
  StarCommand,
  TagCommand,
  Visibility,
  VisibilityCommand,
} from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { readSight } from '../queries/rights.ts';
import { recordEvent } from './record.ts';
import { DEFAULT_TAG, refreshSearch } from './search-index.ts';

/** Parameters of one statement; databases set limits. */
const VERSIONS_AT_ONCE = 500;

export interface LockedPackage {
  id: number;
  origin: 'local' | 'upstream';
  revision: number;
  organisation_id: number | null;
}

/** The head of a package that is owned here, locked. Fault `package_not_found` if there is none. */
async function lockHere(
  session: Session,
  command: Pick<PackageCommand, 'registryId' | 'name'>,
): Promise<LockedPackage> {
  const head = await lockRows(
    session,
    session.db
      .selectFrom('packages')
      .select(['id', 'origin', 'revision', 'organisation_id'])
      .where('registry_id', '=', command.registryId)
      .where('name', '=', command.name)
      .where('origin', '=', 'local')
      .where('removed_at', 'is', null),
  ).executeTakeFirst();
  if (head === undefined) throw new Fault('package_not_found', `There is no package ${command.name} here.`);
  return head;
}

/** The head of a package that is owned here, locked, if the actor may change it so far; their rights are read under the lock. */
export async function lockFor(
  session: Session,
  command: PackageCommand,
  least: 'write' | 'manage',
): Promise<LockedPackage> {
  const head = await lockHere(session, command);
  await assertRight(session, command, least);
  return head;
}

/** Fault `not_owner` unless the actor has the right now; the package is locked. */
export async function assertRight(
  { db }: Session,
  { registryId, name, actorId, overrideOwnership }: PackageCommand,
  least: 'write' | 'manage',
): Promise<void> {
  const sight = await readSight(db, registryId, name, actorId);
  const fault =
    sight && changeFault(sight, name, { userId: actorId, administrator: overrideOwnership }, least);
  if (fault) throw fault;
}

/** Refuses a change that was made on sight of another state. */
export function assertRevision(head: LockedPackage, name: string, expected: number | null): void {
  if (expected !== null && expected !== head.revision) {
    throw new Fault(
      'conflict',
      `${name} has changed since you read it; read it again and repeat the change.`,
    );
  }
}

/**
 * Raises the revision and writes the event: the end of every change of a package. `rewrites`: versions that were there
 * before, or their owners, have changed.
 */
export async function finishChange(
  session: Session,
  head: LockedPackage,
  { at, event }: Pick<PackageCommand, 'at' | 'event'>,
  {
    rewrites = false,
    ...more
  }: {
    rewrites?: boolean;
    removed_at?: number | null;
    visibility?: Visibility;
    organisation_id?: number | null;
  } = {},
): Promise<{ revision: number }> {
  const revision = head.revision + 1;
  await session.db
    .updateTable('packages')
    .set(({ eb }) => ({
      revision,
      updated_at: at,
      ...more,
      ...(rewrites && { history: eb('history', '+', 1) }),
    }))
    .where('id', '=', head.id)
    .execute();
  await recordEvent(session, event);
  return { revision };
}

/** The id of a version that is there to be pointed at. */
export async function versionId(
  session: Session,
  packageId: number,
  name: string,
  version: string,
): Promise<number> {
  const row = await session.db
    .selectFrom('versions')
    .select('id')
    .where('package_id', '=', packageId)
    .where('version', '=', version)
    .where('state', '=', 'published')
    .executeTakeFirst();
  if (row === undefined) throw new Fault('version_not_found', `There is no version ${version} of ${name}.`);
  return row.id;
}

/** Points a tag at a published version, or takes it away. */
export async function moveTag(session: Session, command: TagCommand): Promise<{ revision: number }> {
  const head = await lockFor(session, command, 'write');
  if (command.version === null) {
    const gone = await session.db
      .deleteFrom('tags')
      .where('package_id', '=', head.id)
      .where('tag', '=', command.tag)
      .returning('tag')
      .executeTakeFirst();
    if (gone === undefined) throw new Fault('tag_not_found', `${command.name} has no tag ${command.tag}.`);
  } else {
    await putTag(
      session,
      head.id,
      command.tag,
      await versionId(session, head.id, command.name, command.version),
      command.at,
    );
  }
  if (command.tag === DEFAULT_TAG) await refreshSearch(session, head.id);
  return finishChange(session, head, command);
}

export async function putTag(
  session: Session,
  packageId: number,
  tag: string,
  version: number,
  at: number,
): Promise<void> {
  await session.db
    .insertInto('tags')
    .values({ package_id: packageId, tag, version_id: version, updated_at: at })
    .onConflict((conflict) =>
      conflict.columns(['package_id', 'tag']).doUpdateSet({ version_id: version, updated_at: at }),
    )
    .execute();
}

export async function deprecate(session: Session, command: DeprecateCommand): Promise<{ revision: number }> {
  const head = await lockFor(session, command, 'write');
  const byMessage = Map.groupBy(Object.entries(command.messages), ([, message]) => message);
  for (const [message, named] of byMessage) {
    const versions = named.map(([version]) => version);
    for (let at = 0; at < versions.length; at += VERSIONS_AT_ONCE) {
      await setMessage(session, head.id, command.name, versions.slice(at, at + VERSIONS_AT_ONCE), message);
    }
  }
  return finishChange(session, head, command, { rewrites: true });
}

/** Most packages are deprecated with one message for all versions, and one statement for each would take seconds. */
async function setMessage(
  session: Session,
  packageId: number,
  name: string,
  versions: string[],
  message: string | null,
): Promise<void> {
  const rows = await session.db
    .updateTable('versions')
    .set({ deprecated: message })
    .where('package_id', '=', packageId)
    .where('state', '=', 'published')
    .where('version', 'in', versions)
    .returning('version')
    .execute();
  const found = new Set(rows.map(({ version }) => version));
  const missing = versions.find((version) => !found.has(version));
  if (missing !== undefined)
    throw new Fault('version_not_found', `There is no version ${missing} of ${name}.`);
}

export async function setOwners(session: Session, command: OwnersCommand): Promise<{ revision: number }> {
  const head = await lockFor(session, command, 'manage');
  assertRevision(head, command.name, command.expectedRevision);
  const { db } = session;
  const organisationId = await organisationAfter(session, head, command);
  if (command.owners.length === 0 && organisationId === null) {
    throw new Fault(
      'bad_request',
      `${command.name} needs at least one owner; name the next one before you go.`,
    );
  }
  if (organisationId !== head.organisation_id && head.organisation_id !== null) {
    await removeGrantsOf(session, head.id, head.organisation_id);
  }
  await db.deleteFrom('package_transfers').where('package_id', '=', head.id).execute();
  await db
    .deleteFrom('owners')
    .where('package_id', '=', head.id)
    .$if(command.owners.length > 0, (query) => query.where('user_id', 'not in', command.owners))
    .execute();
  if (command.owners.length > 0) {
    await db
      .insertInto('owners')
      .values(command.owners.map((user) => ({ package_id: head.id, user_id: user, since: command.at })))
      .onConflict((conflict) => conflict.columns(['package_id', 'user_id']).doNothing())
      .execute();
  }
  return finishChange(session, head, command, { rewrites: true, organisation_id: organisationId });
}

/** An organisation that gives a package up leaves it with its teams too. */
async function removeGrantsOf({ db }: Session, packageId: number, organisationId: number): Promise<void> {
  await db
    .deleteFrom('team_grants')
    .where('package_id', '=', packageId)
    .where('team_id', 'in', (eb) =>
      eb.selectFrom('teams').select('id').where('organisation_id', '=', organisationId),
    )
    .execute();
}

/** An organisation that gets the package must want it: whoever gives it must be one of its publishers. */
async function organisationAfter(
  { db }: Session,
  head: LockedPackage,
  { organisationId, actorId, overrideOwnership, name }: OwnersCommand,
): Promise<number | null> {
  if (organisationId === undefined || organisationId === head.organisation_id) return head.organisation_id;
  if (organisationId === null || overrideOwnership) return organisationId;
  const member = await db
    .selectFrom('organisation_members')
    .select('role')
    .where('organisation_id', '=', organisationId)
    .where('user_id', '=', actorId)
    .executeTakeFirst();
  if (atLeast(member?.role ?? null, 'publisher')) return organisationId;
  throw new Fault(
    'forbidden',
    `You may not publish for that organisation: offer ${name} to it, and one of its publishers can accept.`,
  );
}

export async function setVisibility(
  session: Session,
  command: VisibilityCommand,
): Promise<{ revision: number }> {
  const head = await lockFor(session, command, 'manage');
  return finishChange(session, head, command, { visibility: command.visibility });
}

/** A star is no change of the package's owners' making: whoever may see it may give one. */
export async function star(session: Session, command: StarCommand): Promise<{ revision: number }> {
  const { db } = session;
  const head = await lockHere(session, command);
  const { userId } = command;
  if (command.starred) {
    await db
      .insertInto('stars')
      .values({ package_id: head.id, user_id: userId, since: command.at })
      .onConflict((conflict) => conflict.columns(['package_id', 'user_id']).doNothing())
      .execute();
  } else {
    await db.deleteFrom('stars').where('package_id', '=', head.id).where('user_id', '=', userId).execute();
  }
  const revision = head.revision + 1;
  await db.updateTable('packages').set({ revision }).where('id', '=', head.id).execute();
  await recordEvent(session, command.event);
  return { revision };
}
