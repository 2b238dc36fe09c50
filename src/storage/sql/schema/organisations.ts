import type { Generated } from 'kysely';
import type { OrganisationRole } from '../../../accounts/index.ts';

export interface OrganisationTables {
  organisations: OrganisationsTable;
  account_names: AccountNamesTable;
  organisation_members: OrganisationMembersTable;
  organisation_invitations: OrganisationInvitationsTable;
  teams: TeamsTable;
  team_members: TeamMembersTable;
}

interface OrganisationsTable {
  id: Generated<number>;
  name: string;
  /** In lower case; the scope that it owns. */
  name_key: string;
  lookalike: string;
  description: string;
  created_at: number;
}

/**
 * The one namespace of users and organisations: its primary key settles a race of two of them for a name. Only an administrator
 * can make a row that both share.
 */
interface AccountNamesTable {
  name_key: string;
  lookalike: string;
  user_id: number | null;
  organisation_id: number | null;
}

interface OrganisationMembersTable {
  organisation_id: number;
  user_id: number;
  role: OrganisationRole;
  since: number;
}

/** For a user, or for whoever has the secret that went to an e-mail address. */
interface OrganisationInvitationsTable {
  id: Generated<number>;
  organisation_id: number;
  user_id: number | null;
  email: string | null;
  /** SHA-256 hex. */
  secret_hash: string | null;
  role: OrganisationRole;
  /** Name of who invited. */
  invited_by: string | null;
  created_at: number;
  expires_at: number;
}

interface TeamsTable {
  id: Generated<number>;
  organisation_id: number;
  /** Lower case. */
  name: string;
  description: string;
  created_at: number;
}

interface TeamMembersTable {
  team_id: number;
  user_id: number;
  since: number;
}
