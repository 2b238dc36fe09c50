import type { Generated } from 'kysely';
import type { TrustType } from '../../../accounts/index.ts';

export interface MachineTables {
  trusted_publishers: TrustedPublishersTable;
  machine_tokens: MachineTokensTable;
  machine_grants: MachineGrantsTable;
  used_identity_tokens: UsedIdentityTokensTable;
}

interface TrustedPublishersTable {
  /** UUID. */
  id: string;
  package_id: number;
  type: TrustType;
  issuer: string;
  audience: string | null;
  /** JSON of the conditions. */
  claims: string;
  /** Comma-separated. */
  permissions: string;
  lasting_id: string | null;
  created_at: number;
  created_by: string | null;
}

interface MachineTokensTable {
  id: Generated<number>;
  hash: string;
  label: string;
  /** JSON of what says which job it is. */
  claims: string;
  created_at: number;
  expires_at: number;
}

/** The rules behind a token, which is good for nothing without one of them. */
interface MachineGrantsTable {
  token_id: number;
  trust_id: string;
}

/** Kept for as long as the identity token could be used again. */
interface UsedIdentityTokensTable {
  hash: string;
  expires_at: number;
}
