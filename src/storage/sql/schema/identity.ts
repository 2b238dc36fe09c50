import type { Generated } from 'kysely';
import type { LinkPurpose } from '../../../accounts/index.ts';

export interface IdentityTables {
  verified_emails: VerifiedEmailsTable;
  sessions: SessionsTable;
  retired_secrets: RetiredSecretsTable;
  secret_links: SecretLinksTable;
}

/** An address has a row here while it is the address of its user and a mail to it has arrived. */
interface VerifiedEmailsTable {
  /** See `emailKey`. */
  email_key: string;
  user_id: number;
  verified_at: number;
}

/** A session that has ended has no row; expired ones go when the next one starts. */
interface SessionsTable {
  id: Generated<number>;
  /** SHA-256 hex of the claim `sid`. */
  sid_hash: string;
  user_id: number;
  client: string;
  address: string | null;
  created_at: number;
  expires_at: number;
}

/** Since when a signing secret of the settings is a former one. */
interface RetiredSecretsTable {
  fingerprint: string;
  retired_at: number;
}

/** A link that was used has no row; expired ones go when the next one is made. */
interface SecretLinksTable {
  id: Generated<number>;
  /** SHA-256 hex of the secret. */
  hash: string;
  purpose: LinkPurpose;
  /** Null for an invitation, and for a link that was asked for in the name of nobody. */
  user_id: number | null;
  email: string | null;
  /** Name of who made it; null for the operator and for who has forgotten their password. */
  made_by: string | null;
  created_at: number;
  expires_at: number;
}
