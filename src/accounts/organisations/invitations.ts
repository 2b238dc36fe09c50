import { randomBytes } from 'node:crypto';
import { Fault, sha256Hex } from '../../kernel/index.ts';
import { actorOf, type SignedIn } from '../principal.ts';
import { checkEmail } from '../users/names.ts';
import type { OrganisationRole } from './roles.ts';
import { commandOf, userCalled, type OrganisationParts } from './parts.ts';
import { noInvitation } from './no-invitation.ts';
import type { Invitation, Organisation } from './store.ts';

/** What people do with invitations to an organisation. */
export interface Invitations {
  /**
   * Invites a user, or whoever has the secret that goes to an e-mail address. Without mail the secret comes back, to be handed over in
   * another way; it is shown only now. Faults `user_unknown`, `email_invalid`, `bad_request` unless one of both is named.
   */
  invite(
    asker: SignedIn,
    organisation: string,
    wish: { user?: string; email?: string; role: OrganisationRole },
  ): Promise<{ invitation: Invitation; secret: string | null }>;
  /** Those of the organisation that are open. */
  invitations(asker: SignedIn, organisation: string): Promise<Invitation[]>;
  /** Those to the asker that are open. */
  myInvitations(asker: SignedIn): Promise<Invitation[]>;
  /** `which` is an id of the asker's own, or a secret. Fault `not_found` for one that is not theirs or not open. */
  answerInvitation(asker: SignedIn, which: number | string, accept: boolean): Promise<Invitation>;
  withdrawInvitation(asker: SignedIn, organisation: string, invitationId: number): Promise<void>;
}

/** Milliseconds. */
const LIFE = 14 * 86_400_000;
/** 256 bits in base64url. */
const SECRET = /^[\w-]{43}$/;

export function createInvitations(
  { store, users, messenger, clock }: OrganisationParts,
  see: (asker: SignedIn, name: string) => Promise<Organisation>,
): Invitations {
  return {
    async invite(asker, organisation, { user, email, role }) {
      if ((user === undefined) === (email === undefined)) {
        throw new Fault('bad_request', 'Invite a user by name, or somebody by e-mail address: one of both.');
      }
      if (email !== undefined) checkEmail(email);
      const { id: organisationId, name } = await see(asker, organisation);
      const invited = user === undefined ? undefined : await userCalled(users, user);
      const secret = email === undefined ? null : randomBytes(32).toString('base64url');
      const command = commandOf(asker, clock);
      const expiresAt = command.at + LIFE;
      const invitation = await store.invite({
        ...command,
        organisationId,
        userId: invited?.id ?? null,
        email: email ?? null,
        secretHash: secret === null ? null : sha256Hex(secret),
        role,
        expiresAt,
      });
      if (secret === null || email === undefined) return { invitation, secret: null };
      const invitedBy = asker.user.name;
      messenger.send({ kind: 'invitation', to: email, secret, expiresAt, invitedBy, organisation: name });
      return { invitation, secret: messenger.available ? null : secret };
    },

    async invitations(asker, organisation) {
      return store.invitations((await see(asker, organisation)).id, clock());
    },
    myInvitations: ({ user }) => store.invitationsTo(user.id, clock()),

    async answerInvitation(asker, which, accept) {
      if (typeof which === 'string' && !SECRET.test(which)) throw noInvitation();
      const key = typeof which === 'string' ? { secretHash: sha256Hex(which) } : { invitationId: which };
      const answer = { userId: asker.user.id, accept, by: actorOf(asker), at: clock() };
      return store.answerInvitation({ ...key, ...answer });
    },
    async withdrawInvitation(asker, organisation, invitationId) {
      const { id: organisationId } = await see(asker, organisation);
      await store.withdrawInvitation({ ...commandOf(asker, clock), organisationId, invitationId });
    },
  };
}
