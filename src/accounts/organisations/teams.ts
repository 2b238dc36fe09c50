import { Fault } from '../../kernel/index.ts';
import type { SignedIn } from '../principal.ts';
import { checkTeamName, isTeamName } from './names.ts';
import { checkDescription, commandOf, userCalled, type OrganisationParts } from './parts.ts';
import type { Organisation, Team } from './store.ts';

/** What people do with teams; `organisation` and `team` are names. Members see teams, maintainers change them. */
export interface Teams {
  teams(asker: SignedIn, organisation: string): Promise<Team[]>;
  /** Fault `team_not_found`. */
  team(asker: SignedIn, organisation: string, team: string): Promise<Team>;
  /** Names of its members. */
  teamMembers(asker: SignedIn, organisation: string, team: string): Promise<string[]>;
  /** Faults `name_invalid`, `team_exists`. */
  createTeam(
    asker: SignedIn,
    organisation: string,
    wish: { name: string; description?: string },
  ): Promise<Team>;
  removeTeam(asker: SignedIn, organisation: string, team: string): Promise<void>;
  /** `isMember` false takes the user out. */
  setTeamMember(
    asker: SignedIn,
    place: { organisation: string; team: string },
    user: string,
    isMember: boolean,
  ): Promise<void>;
}

export function createTeams(
  { store, users, clock }: OrganisationParts,
  see: (asker: SignedIn, name: string) => Promise<Organisation>,
): Teams {
  const findTeam = async (asker: SignedIn, organisation: string, name: string): Promise<Team> => {
    const { id } = await see(asker, organisation);
    const team = isTeamName(name.toLowerCase()) ? await store.findTeam(id, name.toLowerCase()) : undefined;
    if (team) return team;
    throw new Fault(
      'team_not_found',
      `The organisation ${organisation} has no team ${JSON.stringify(name.slice(0, 80))}.`,
    );
  };

  return {
    team: findTeam,
    async teams(asker, organisation) {
      return store.teams((await see(asker, organisation)).id);
    },
    async teamMembers(asker, organisation, name) {
      return store.teamMembers((await findTeam(asker, organisation, name)).id);
    },
    async createTeam(asker, organisation, { name, description = '' }) {
      const { id: organisationId } = await see(asker, organisation);
      checkTeamName(name);
      checkDescription(description);
      return store.createTeam({ ...commandOf(asker, clock), organisationId, name, description });
    },
    async removeTeam(asker, organisation, name) {
      const { id: organisationId } = await see(asker, organisation);
      await store.removeTeam({ ...commandOf(asker, clock), organisationId, name: name.toLowerCase() });
    },
    async setTeamMember(asker, { organisation, team }, user, member) {
      const { id: organisationId } = await see(asker, organisation);
      const { id: userId } = await userCalled(users, user);
      const name = team.toLowerCase();
      await store.setTeamMember({ ...commandOf(asker, clock), organisationId, name, userId, member });
    },
  };
}
