import type { Actor } from '../../ledger/index.ts';
import type { OrganisationRole } from './roles.ts';

/** People who own packages together; its name is also an npm scope. */
export interface Organisation {
  id: number;
  name: string;
  description: string;
  createdAt: number;
}

export interface Member {
  userId: number;
  name: string;
  role: OrganisationRole;
  since: number;
}

/** Members of an organisation who are granted packages together. */
export interface Team {
  id: number;
  name: string;
  description: string;
  createdAt: number;
}

/** An offer to become a member: to a user, or to whoever has the secret that went to an address. */
export interface Invitation {
  id: number;
  organisation: string;
  user: string | null;
  email: string | null;
  role: OrganisationRole;
  /** Name of who invited. */
  invitedBy: string | null;
  createdAt: number;
  expiresAt: number;
}

/** A change and who makes it; what they may do is read in the transaction that does it. */
export interface AccountCommand {
  by: Actor;
  /** True if they may do it whatever their role is. */
  administrator: boolean;
  at: number;
}

export interface OrganisationCommand extends AccountCommand {
  organisationId: number;
}

/** A part of a list. */
export interface Page {
  limit: number;
  offset: number;
}

/**
 * Organisations at rest. A change by somebody without the right is Fault `forbidden`; one that would leave no owner is
 * `last_owner`; each writes its event.
 */
export interface OrganisationStore {
  /**
   * Makes the organisation with its first owner, and gives it the packages that are in its scope. Faults `name_taken`, `name_confusing`;
   * an administrator may take a user's name, a look-alike and a scope that others have packages in.
   */
  create(
    command: AccountCommand & { name: string; description: string; ownerId: number },
  ): Promise<Organisation>;
  /** The organisation of this name, in any case, and the user's role in it: one query. */
  find(name: string, userId: number): Promise<(Organisation & { role: OrganisationRole | null }) | undefined>;
  /** The organisations that a user is a member of, by name. */
  of(userId: number): Promise<(Organisation & { role: OrganisationRole })[]>;
  /** By name. */
  members(organisationId: number, page: Page): Promise<Member[]>;
  countMembers(organisationId: number): Promise<number>;
  /** Makes a user a member, or changes their role. */
  setMember(command: OrganisationCommand & { userId: number; role: OrganisationRole }): Promise<void>;
  /** Takes a member out of the organisation and its teams. Fault `not_found` if they are none. */
  removeMember(command: OrganisationCommand & { userId: number }): Promise<void>;

  invite(command: OrganisationCommand & NewInvitation): Promise<Invitation>;
  /** Those that have not expired, oldest first. */
  invitations(organisationId: number, now: number): Promise<Invitation[]>;
  invitationsTo(userId: number, now: number): Promise<Invitation[]>;
  /**
   * Ends an invitation, with a membership if it is accepted. `secretHash` stands for the invitation's own. Fault `not_found` if it is not
   * for this user or not open (any more). A role that they have already is not lowered.
   */
  answerInvitation(
    answer: { userId: number; accept: boolean; by: Actor; at: number } & (
      { invitationId: number } | { secretHash: string }
    ),
  ): Promise<Invitation>;
  withdrawInvitation(command: OrganisationCommand & { invitationId: number }): Promise<void>;

  /** Fault `team_exists`. */
  createTeam(command: OrganisationCommand & { name: string; description: string }): Promise<Team>;
  /** Removes a team with its grants. Fault `team_not_found`. */
  removeTeam(command: OrganisationCommand & { name: string }): Promise<void>;
  /** By name. */
  teams(organisationId: number): Promise<Team[]>;
  findTeam(organisationId: number, name: string): Promise<Team | undefined>;
  /** Names, in order. */
  teamMembers(teamId: number): Promise<string[]>;
  /** `member` false takes the user out. Faults `team_not_found`, `bad_request` for a user who is no member of the organisation. */
  setTeamMember(
    command: OrganisationCommand & { name: string; userId: number; member: boolean },
  ): Promise<void>;
}

export interface NewInvitation {
  userId: number | null;
  email: string | null;
  /** SHA-256 hex of the secret that an invitation to an address has. */
  secretHash: string | null;
  role: OrganisationRole;
  expiresAt: number;
}
