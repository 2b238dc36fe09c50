import { isFault } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import type { OrganisationStore } from '../organisations/index.ts';
import type { WantedMembership } from './groups.ts';

/**
 * Brings somebody's memberships to what the provider says, in organisations that the settings name. What cannot be is told and
 * left: an organisation without other owners keeps its last one, and one that is not here is not made.
 */
export async function applyMemberships(
  store: OrganisationStore,
  userId: number,
  wanted: readonly WantedMembership[],
  { at, by, warn }: { at: number; by: Actor; warn: (message: string) => void },
): Promise<void> {
  for (const { organisation: name, role, teams } of wanted) {
    const organisation = await store.find(name, userId);
    if (organisation === undefined) {
      warn(`the groups of single sign-on name the organisation ${name}, which does not exist`);
      continue;
    }
    const command = { organisationId: organisation.id, userId, by, administrator: true, at };
    try {
      if (role === null) {
        if (organisation.role !== null) await store.removeMember(command);
        continue;
      }
      if (organisation.role !== role) await store.setMember({ ...command, role });
      for (const [team, member] of teams) {
        const found = await store.findTeam(organisation.id, team);
        if (found === undefined) {
          warn(`the groups of single sign-on name the team ${team} of ${name}, which does not exist`);
          continue;
        }
        await store.setTeamMember({ ...command, name: team, member });
      }
    } catch (error) {
      if (!isFault(error) || error.status >= 500) throw error;
      warn(`the groups of single sign-on could not be applied to ${name}: ${error.message}`);
    }
  }
}
