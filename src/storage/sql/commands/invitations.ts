import type { Invitation, OrganisationStore } from '../../../accounts/index.ts';
import { atLeast, noInvitation } from '../../../accounts/light/index.ts';
import type { Session } from '../capabilities.ts';
import { readInvitations } from '../queries/organisations.ts';
import { assertAssign, lockRoles, putMember, recordMember } from './organisations.ts';
import { nowhere, recordEvent } from './record.ts';

type Input<Method extends keyof OrganisationStore> = Parameters<OrganisationStore[Method]>[0];

export async function invite(session: Session, command: Input<'invite'>): Promise<Invitation> {
  const { db } = session;
  const { organisationId, userId, email, secretHash, role, by, at, expiresAt } = command;
  const { own, before, organisation } = await lockRoles(session, command, userId);
  assertAssign(command, { own, before, after: role });
  await db
    .deleteFrom('organisation_invitations')
    .where('organisation_id', '=', organisationId)
    .where((eb) =>
      eb.or([
        eb('expires_at', '<=', at),
        userId === null ? eb('email', '=', email) : eb('user_id', '=', userId),
      ]),
    )
    .execute();
  const { id } = await db
    .insertInto('organisation_invitations')
    .values({
      organisation_id: organisationId,
      user_id: userId,
      email,
      secret_hash: secretHash,
      role,
      invited_by: by.name,
      created_at: at,
      expires_at: expiresAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const [invitation] = await readInvitations(db, { id }, at);
  if (invitation === undefined) throw noInvitation();
  await recordEvent(session, {
    ...nowhere,
    type: 'organisation.invite',
    at,
    actor: by,
    detail: { organisation, user: invitation.user, email, role },
  });
  return invitation;
}

export async function answerInvitation(
  session: Session,
  answer: Input<'answerInvitation'>,
): Promise<Invitation> {
  const { db } = session;
  const { userId, accept, by, at } = answer;
  const which = 'secretHash' in answer ? { secretHash: answer.secretHash } : { id: answer.invitationId };
  const [invitation] = await readInvitations(db, which, at);
  if (invitation === undefined) throw noInvitation();
  // Of two answers at once one finds the row.
  const row = await db
    .deleteFrom('organisation_invitations')
    .where('id', '=', invitation.id)
    .where((eb) => ('secretHash' in answer ? eb('user_id', 'is', null) : eb('user_id', '=', userId)))
    .returning('organisation_id')
    .executeTakeFirst();
  if (row === undefined) throw noInvitation();
  const organisationId = row.organisation_id;
  const { before, organisation } = await lockRoles(session, { organisationId, by }, userId);
  await recordEvent(session, {
    ...nowhere,
    type: accept ? 'organisation.accept' : 'organisation.decline',
    at,
    actor: by,
    detail: { organisation, invitedBy: invitation.invitedBy },
  });
  if (!accept || atLeast(before, invitation.role)) return invitation;
  await putMember(session, { organisationId, at }, userId, invitation.role);
  await recordMember(session, { by, at }, organisation, userId, invitation.role);
  return invitation;
}

export async function withdrawInvitation(
  session: Session,
  command: Input<'withdrawInvitation'>,
): Promise<void> {
  const { organisationId, invitationId, by, at } = command;
  const { own, organisation } = await lockRoles(session, command, null);
  const row = await session.db
    .deleteFrom('organisation_invitations')
    .where('id', '=', invitationId)
    .where('organisation_id', '=', organisationId)
    .returning(['role', 'email', 'user_id'])
    .executeTakeFirst();
  if (row === undefined) throw noInvitation();
  assertAssign(command, { own, before: null, after: row.role });
  await recordEvent(session, {
    ...nowhere,
    type: 'organisation.withdraw',
    at,
    actor: by,
    detail: { organisation, user: row.user_id, email: row.email },
  });
}
