import type { AccountCommand } from '../../../accounts/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import type { ClaimCommand, ClaimResult, ReleaseCommand } from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { recordEvent } from './record.ts';
import { raisePolicy } from './registries.ts';
import { giveBack, takeOver } from './take-over.ts';

export async function claimName(session: Session, command: ClaimCommand): Promise<ClaimResult> {
  const { registryId, pattern, reason, owner, by, at } = command;
  const registry = await lockForAdministrator(session, command, registryId);
  const added = await session.db
    .insertInto('name_claims')
    .values({
      registry_id: registryId,
      pattern,
      reason,
      claimed_by: by.name,
      via: by.via,
      created_at: at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('pattern')
    .executeTakeFirst();
  if (added === undefined) {
    throw new Fault('conflict', `${pattern} is claimed in ${registry} already: release it first.`);
  }
  const versionsTaken = isPattern(pattern) ? 0 : await takeName(session, command);
  await raisePolicy(session, registryId);
  const detail = { pattern, reason, versionsTaken, ...(owner !== null && { owner }) };
  await record(session, command, registry, 'registry.claim', detail);
  return { versionsTaken };
}

export async function releaseName(session: Session, command: ReleaseCommand): Promise<void> {
  const { registryId, pattern } = command;
  const registry = await lockForAdministrator(session, command, registryId);
  const gone = await session.db
    .deleteFrom('name_claims')
    .where('registry_id', '=', registryId)
    .where('pattern', '=', pattern)
    .returning('pattern')
    .executeTakeFirst();
  if (gone === undefined) throw new Fault('not_found', `Nobody claimed ${pattern} in ${registry}.`);
  const head = isPattern(pattern) ? undefined : await lockPackage(session, registryId, pattern);
  const wasUnused = head !== undefined && head.awaits !== null;
  if (wasUnused) await giveBack(session, { id: head.id, registryId, name: pattern });
  await raisePolicy(session, registryId);
  await record(session, command, registry, 'registry.release', { pattern });
}

/** Answers how many versions of an upstream's package went. */
async function takeName(session: Session, command: ClaimCommand): Promise<number> {
  const { registryId, pattern: name, owner, at } = command;
  const head = await lockPackage(session, registryId, name);
  if (head === undefined) {
    if (owner !== null) await keepFor(session, await makePackage(session, command), owner, at);
    return 0;
  }
  if (head.origin === 'local') {
    if (owner === null) return 0;
    throw new Fault('conflict', `${name} is owned here already: its owners can hand it over.`);
  }
  const versions = await takeOver(session, { id: head.id, registryId, name, at });
  if (owner !== null) await keepFor(session, head.id, owner, at);
  return versions;
}

async function makePackage({ db }: Session, { registryId, pattern, at }: ClaimCommand): Promise<number> {
  const row = await db
    .insertInto('packages')
    .values({
      registry_id: registryId,
      name: pattern,
      origin: 'local',
      revision: 0,
      created_at: at,
      updated_at: at,
      removed_at: at,
    })
    .onConflict((conflict) => conflict.columns(['registry_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row) return row.id;
  throw new Fault('conflict', `Somebody else is at ${pattern} just now: claim it again.`);
}

async function keepFor(
  { db }: Session,
  packageId: number,
  owner: NonNullable<ClaimCommand['owner']>,
  at: number,
): Promise<void> {
  await db
    .updateTable('packages')
    .set({
      awaits: 'owner',
      organisation_id: 'organisationId' in owner ? owner.organisationId : null,
    })
    .where('id', '=', packageId)
    .execute();
  if ('userId' in owner) {
    await db
      .insertInto('owners')
      .values({ package_id: packageId, user_id: owner.userId, since: at })
      .execute();
  }
}

function lockPackage(session: Session, registryId: number, name: string) {
  return lockRows(
    session,
    session.db
      .selectFrom('packages')
      .select(['id', 'origin', 'awaits'])
      .where('registry_id', '=', registryId)
      .where('name', '=', name),
  ).executeTakeFirst();
}

/** Answers the registry's name. Claims of one registry come one after the other. */
async function lockForAdministrator(
  session: Session,
  { administrator }: AccountCommand,
  registryId: number,
): Promise<string> {
  if (!administrator) throw new Fault('forbidden', 'Only administrators may claim and release names.');
  const row = await lockRows(
    session,
    session.db.selectFrom('registries').select('name').where('id', '=', registryId),
  ).executeTakeFirst();
  if (row === undefined) throw new Fault('registry_not_found', 'There is no such registry (any more).');
  return row.name;
}

function isPattern(pattern: string): boolean {
  return pattern.endsWith('*');
}

async function record(
  session: Session,
  { by, at }: AccountCommand,
  registry: string,
  type: string,
  detail: { pattern: string } & Record<string, unknown>,
): Promise<void> {
  const name = isPattern(detail.pattern) ? null : detail.pattern;
  await recordEvent(session, { type, at, actor: by, registry, package: name, version: null, detail });
}
