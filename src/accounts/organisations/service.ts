import { Fault } from '../../kernel/index.ts';
import { actsAsAdministrator, type SignedIn } from '../principal.ts';
import { createInvitations, type Invitations } from './invitations.ts';
import { checkOrganisationName, isOrganisationName } from './names.ts';
import type { OrganisationRole } from './roles.ts';
import { checkDescription, commandOf, userCalled, type OrganisationParts } from './parts.ts';
import type { Member, Organisation, Page } from './store.ts';
import { createTeams, type Teams } from './teams.ts';

/** An organisation as somebody sees who may: a member or an administrator. */
export type SeenOrganisation = Organisation & { role: OrganisationRole | null };

/**
 * What people do with organisations. Whoever is no member gets Fault `organisation_not_found`, as for one that does not exist. Who may
 * change what: see `OrganisationStore`.
 */
export interface Organisations extends Teams, Invitations {
  /** Faults `name_invalid`, `name_taken`, `name_confusing`. The owner is the asker unless an administrator names another. */
  create(
    asker: SignedIn,
    wish: { name: string; description?: string; owner?: string },
  ): Promise<Organisation>;
  see(asker: SignedIn, name: string): Promise<SeenOrganisation>;
  /** By name, for naming it as the receiver of something; that a name is taken is no secret. */
  known(name: string): Promise<Pick<Organisation, 'id' | 'name'>>;
  mine(asker: SignedIn): Promise<(Organisation & { role: OrganisationRole })[]>;
  members(asker: SignedIn, name: string, page: Page): Promise<{ members: Member[]; total: number }>;
  /** Adds a user or changes their role. Fault `user_unknown`. Answers how many members there are. */
  setMember(asker: SignedIn, name: string, member: string, role: OrganisationRole): Promise<{ size: number }>;
  /** Everybody may leave. Fault `not_found` for who is no member, `last_owner`. */
  removeMember(asker: SignedIn, name: string, member: string): Promise<void>;
}

export function createOrganisations(parts: OrganisationParts): Organisations {
  const { store, users, clock } = parts;

  const see = async (asker: SignedIn, name: string): Promise<SeenOrganisation> => {
    const found = isOrganisationName(name.toLowerCase()) ? await store.find(name, asker.user.id) : undefined;
    if (!found || (found.role === null && !actsAsAdministrator(asker))) throw noOrganisation(name);
    return found;
  };

  return {
    see,
    mine: ({ user }) => store.of(user.id),
    async known(name) {
      // No user has this id.
      const found = isOrganisationName(name.toLowerCase()) ? await store.find(name, 0) : undefined;
      if (found) return { id: found.id, name: found.name };
      throw new Fault(
        'organisation_not_found',
        `There is no organisation ${JSON.stringify(name.slice(0, 80))}.`,
      );
    },

    async create(asker, { name, description = '', owner }) {
      checkOrganisationName(name);
      checkDescription(description);
      const command = commandOf(asker, clock);
      if (owner !== undefined && !command.administrator) {
        throw new Fault('forbidden', 'Only an administrator may make an organisation for somebody else.');
      }
      const ownerId = owner === undefined ? asker.user.id : (await userCalled(users, owner)).id;
      return store.create({ ...command, name, description, ownerId });
    },

    async members(asker, name, page) {
      const { id } = await see(asker, name);
      const [members, total] = await Promise.all([store.members(id, page), store.countMembers(id)]);
      return { members, total };
    },

    async setMember(asker, name, member, role) {
      const { id: organisationId } = await see(asker, name);
      const { id: userId } = await userCalled(users, member);
      await store.setMember({ ...commandOf(asker, clock), organisationId, userId, role });
      return { size: await store.countMembers(organisationId) };
    },

    async removeMember(asker, name, member) {
      const { id: organisationId } = await see(asker, name);
      const { id: userId } = await userCalled(users, member);
      await store.removeMember({ ...commandOf(asker, clock), organisationId, userId });
    },

    ...createTeams(parts, see),
    ...createInvitations(parts, see),
  };
}

function noOrganisation(name: string): Fault {
  return new Fault(
    'organisation_not_found',
    `There is no organisation ${JSON.stringify(name.slice(0, 80))} that you are a member of.`,
  );
}
