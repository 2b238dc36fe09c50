import { atLeast } from '../../../accounts/light/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import { isEnough, rightOn } from '../../../policy/index.ts';
import type { GrantCommand, NewOwner, OfferCommand, TransferAnswer } from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { readSight } from '../queries/rights.ts';
import { finishChange, lockFor, type LockedPackage } from './packages.ts';
import { recordEvent } from './record.ts';

/** A team is granted a package by who manages the package and is in the team's organisation. */
export async function grantAccess(session: Session, command: GrantCommand): Promise<{ revision: number }> {
  const { db } = session;
  const { teamId, access, actorId, overrideOwnership, at } = command;
  const head = await lockFor(session, command, 'manage');
  const team = await db
    .selectFrom('teams')
    .leftJoin('organisation_members', (join) =>
      join
        .onRef('organisation_members.organisation_id', '=', 'teams.organisation_id')
        .on('organisation_members.user_id', '=', actorId),
    )
    .select(['teams.id', 'organisation_members.role'])
    .where('teams.id', '=', teamId)
    .executeTakeFirst();
  if (team === undefined || (team.role === null && access !== null && !overrideOwnership)) {
    throw new Fault('team_not_found', 'There is no such team (any more).');
  }
  if (access === null) {
    await db
      .deleteFrom('team_grants')
      .where('package_id', '=', head.id)
      .where('team_id', '=', teamId)
      .execute();
  } else {
    await db
      .insertInto('team_grants')
      .values({ package_id: head.id, team_id: teamId, access, since: at })
      .onConflict((conflict) => conflict.columns(['package_id', 'team_id']).doUpdateSet({ access }))
      .execute();
  }
  return finishChange(session, head, command);
}

export async function offerPackage(session: Session, command: OfferCommand): Promise<void> {
  const { db } = session;
  const { to, actorId, at, expiresAt, event } = command;
  const head = await lockFor(session, command, 'manage');
  await db.deleteFrom('package_transfers').where('package_id', '=', head.id).execute();
  await db
    .insertInto('package_transfers')
    .values({
      package_id: head.id,
      to_user_id: 'userId' in to ? to.userId : null,
      to_organisation_id: 'organisationId' in to ? to.organisationId : null,
      offered_by: actorId,
      created_at: at,
      expires_at: expiresAt,
    })
    .execute();
  await recordEvent(session, event);
}

export async function answerOffer(session: Session, answer: TransferAnswer): Promise<void> {
  const { db } = session;
  const { registryId, name, accept, by, at } = answer;
  const head = await lockRows(
    session,
    db
      .selectFrom('packages')
      .select(['id', 'origin', 'revision', 'organisation_id'])
      .where('registry_id', '=', registryId)
      .where('name', '=', name)
      .where('origin', '=', 'local')
      .where('removed_at', 'is', null),
  ).executeTakeFirst();
  const offer =
    head &&
    (await db
      .deleteFrom('package_transfers')
      .where('package_id', '=', head.id)
      .where('expires_at', '>', at)
      .returning(['to_user_id', 'to_organisation_id', 'offered_by'])
      .executeTakeFirst());
  const to: NewOwner | undefined =
    offer && offer.to_organisation_id !== null
      ? { organisationId: offer.to_organisation_id }
      : offer && offer.to_user_id !== null
        ? { userId: offer.to_user_id }
        : undefined;
  if (!head || !offer || !to || !(await mayAnswer(session, answer, to))) throw noOffer(name);
  const registry = await db
    .selectFrom('registries')
    .select('name')
    .where('id', '=', registryId)
    .executeTakeFirstOrThrow();
  const event = {
    type: accept ? 'package.transfer' : 'package.transfer-decline',
    at,
    actor: by,
    registry: registry.name,
    package: name,
    version: null,
    detail: { to, offeredBy: offer.offered_by },
  };
  if (!accept) return recordEvent(session, event);
  if (offer.offered_by !== null) await assertGiver(session, registryId, name, offer.offered_by);
  await giveTo(session, head, to, at);
  await finishChange(
    session,
    head,
    { at, event },
    { rewrites: true, organisation_id: 'organisationId' in to ? to.organisationId : null },
  );
}

async function giveTo({ db }: Session, head: LockedPackage, to: NewOwner, at: number): Promise<void> {
  await db.deleteFrom('owners').where('package_id', '=', head.id).execute();
  // What the old owners' teams were granted was theirs to grant.
  await db.deleteFrom('team_grants').where('package_id', '=', head.id).execute();
  if ('userId' in to) {
    await db.insertInto('owners').values({ package_id: head.id, user_id: to.userId, since: at }).execute();
  }
}

async function mayAnswer(
  { db }: Session,
  { by, administrator }: TransferAnswer,
  to: NewOwner,
): Promise<boolean> {
  if (administrator) return true;
  if (by.userId === null) return false;
  if ('userId' in to) return to.userId === by.userId;
  const member = await db
    .selectFrom('organisation_members')
    .select('role')
    .where('organisation_id', '=', to.organisationId)
    .where('user_id', '=', by.userId)
    .executeTakeFirst();
  return atLeast(member?.role ?? null, 'publisher');
}

/** Who offered it may have lost it meanwhile: nobody takes a package with them by an offer to themselves. */
async function assertGiver({ db }: Session, registryId: number, name: string, userId: number): Promise<void> {
  const giver = await db
    .selectFrom('users')
    .select(['role', 'disabled_at'])
    .where('id', '=', userId)
    .executeTakeFirst();
  const sight = await readSight(db, registryId, name, userId);
  const administrator = giver?.role === 'administrator';
  const may =
    giver?.disabled_at === null && sight && isEnough(rightOn(sight, { userId, administrator }), 'manage');
  if (may) return;
  throw new Fault('not_owner', `Who offered ${name} does not own it any more: ask one of its owners.`);
}

function noOffer(name: string): Fault {
  return new Fault('not_found', `There is no offer of ${name} that you may answer (any more).`);
}
