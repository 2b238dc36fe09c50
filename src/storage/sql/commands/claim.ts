import { lookalikeOf } from '../../../accounts/light/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import { publishFault, scopeOf } from '../../../policy/index.ts';
import type { PublishCommand, VersionState } from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { isClaimed } from '../queries/name-claims.ts';
import { readSight } from '../queries/rights.ts';
import { assertTrusted } from './machines/index.ts';
import type { LockedPackage } from './packages.ts';
import { takeOver } from './take-over.ts';

type Claim = Pick<
  PublishCommand,
  | 'registryId'
  | 'name'
  | 'origin'
  | 'publisherId'
  | 'trustedPublisherId'
  | 'overrideOwnership'
  | 'claimed'
  | 'at'
>;

const headColumns = ['id', 'origin', 'revision', 'organisation_id', 'awaits'] as const;

/** The package's row, locked; made if the name was free. */
async function lockOrMake(session: Session, { registryId, name, origin, at }: Claim, state: VersionState) {
  const { db } = session;
  const made = await db
    .insertInto('packages')
    .values({
      registry_id: registryId,
      name,
      origin,
      revision: 0,
      created_at: at,
      updated_at: at,
      removed_at: state === 'published' ? null : at,
    })
    .onConflict((conflict) => conflict.columns(['registry_id', 'name']).doNothing())
    .returning(headColumns)
    .executeTakeFirst();
  if (made) return { head: made, made: true };
  return { head: await lockPackage(session, registryId, name), made: false };
}

async function lockPackage(session: Session, registryId: number, name: string) {
  const head = await lockRows(
    session,
    session.db
      .selectFrom('packages')
      .select(headColumns)
      .where('registry_id', '=', registryId)
      .where('name', '=', name),
  ).executeTakeFirst();
  if (head) return head;
  // Its claim was released in this very moment.
  throw new Fault('conflict', `${name} changed hands just now: send it again.`);
}

/**
 * The package's head, locked; made with its first owner if the name was free. The publisher's rights are read under
 * the lock. One that is made for a version which nobody may see yet is not here yet.
 */
export async function claimPackage(
  session: Session,
  command: Claim,
  state: VersionState,
): Promise<LockedPackage> {
  const { db } = session;
  const { registryId, name, publisherId } = command;
  const found = await lockOrMake(session, command, state);
  let { head } = found;
  if (head.origin === 'upstream' && command.origin === 'local' && command.claimed === true) {
    await takeOver(session, { id: head.id, registryId, name, at: command.at });
    head = await lockPackage(session, registryId, name);
  }
  if (head.origin !== command.origin) {
    throw head.origin === 'upstream'
      ? new Fault(
          'name_taken_upstream',
          `${name} is served here from the upstream registry; publish under a name or scope of your own.`,
        )
      : new Fault('conflict', `${name} is owned here and takes no versions from upstream.`);
  }
  if (command.origin === 'upstream') {
    if (!(await isClaimed(db, registryId, name))) return head;
    throw new Fault('conflict', `${name} is claimed here and takes no versions from upstream.`);
  }
  const isNew = found.made || head.awaits === 'anyone';
  if (command.trustedPublisherId !== undefined) {
    await assertTrusted(session, head.id, name, command.trustedPublisherId, state);
  } else if (publisherId !== null) await assertPublisher(session, command, publisherId, isNew);
  if (head.awaits !== null) {
    await db.updateTable('packages').set({ awaits: null }).where('id', '=', head.id).execute();
  }
  if (!isNew && head.awaits === null) return head;
  const scope = scopeOf(name);
  if (scope !== null) await claimScope(session, command, scope);
  // It has its owner already.
  if (!isNew) return head;
  const organisation_id = scope === null ? null : await ownerOfScope(session, scope);
  if (organisation_id !== null) {
    await db.updateTable('packages').set({ organisation_id }).where('id', '=', head.id).execute();
  } else if (publisherId !== null) {
    await db
      .insertInto('owners')
      .values({ package_id: head.id, user_id: publisherId, since: command.at })
      .execute();
  }
  return { ...head, organisation_id };
}

async function assertPublisher(
  { db }: Session,
  { registryId, name, overrideOwnership }: Claim,
  userId: number,
  isNew: boolean,
): Promise<void> {
  const sight = await readSight(db, registryId, name, userId);
  if (sight === undefined) throw new Fault('registry_not_found', 'There is no such registry any more.');
  const asker = { userId, administrator: overrideOwnership };
  // What was inserted a moment ago is no package that anybody has rights on yet.
  const fault = publishFault(isNew ? { ...sight, package: null } : sight, name, asker);
  if (fault) throw fault;
}

/** The first package of a scope claims it, unless people would take it for another one. */
async function claimScope(
  { db }: Session,
  { registryId, name, overrideOwnership }: Claim,
  scope: string,
): Promise<void> {
  const lookalike = lookalikeOf(scope);
  const first = await db
    .insertInto('scopes')
    .values({ registry_id: registryId, scope, lookalike })
    .onConflict((conflict) => conflict.columns(['registry_id', 'scope']).doNothing())
    .returning('scope')
    .executeTakeFirst();
  if (first === undefined || overrideOwnership) return;
  const similar =
    (await db
      .selectFrom('organisations')
      .select('id')
      .where('lookalike', '=', lookalike)
      .where('name_key', '!=', scope.toLowerCase())
      .limit(1)
      .executeTakeFirst()) ??
    (await db
      .selectFrom('scopes')
      .select('registry_id as id')
      .where('lookalike', '=', lookalike)
      .where('registry_id', '=', registryId)
      .where('scope', '!=', scope)
      .limit(1)
      .executeTakeFirst());
  if (similar === undefined) return;
  throw new Fault(
    'name_confusing',
    `The scope of ${name} looks like one that is taken, where only "-", "_" or "." differ: choose another scope, or ask an administrator.`,
  );
}

async function ownerOfScope({ db }: Session, scope: string): Promise<number | null> {
  const row = await db
    .selectFrom('organisations')
    .select('id')
    .where('name_key', '=', scope.toLowerCase())
    .executeTakeFirst();
  return row?.id ?? null;
}
