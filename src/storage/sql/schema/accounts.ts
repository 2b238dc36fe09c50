import type { Generated } from 'kysely';

export interface AccountTables {
  users: UsersTable;
  tokens: TokensTable;
  web_logins: WebLoginsTable;
}

interface UsersTable {
  id: Generated<number>;
  name: string;
  /** The name in lower case, which is unique. */
  name_key: string;
  email: string | null;
  role: 'administrator' | 'user';
  password_hash: string;
  created_at: number;
  disabled_at: number | null;
  updated_at: Generated<number | null>;
  /** JSON of a `ProfileFields`. */
  profile: Generated<string>;
  /** The row stays, so that nobody can have the name again. */
  deleted_at: Generated<number | null>;
}

interface TokensTable {
  id: Generated<number>;
  user_id: number;
  hash: string;
  prefix: string;
  name: string;
  description: Generated<string | null>;
  /** Comma-separated scopes. */
  scopes: string;
  /** JSON of a `TokenLimits`, or null. */
  limits: Generated<string | null>;
  /** 1 for true. */
  bypass_second_factor: Generated<number>;
  last_used_at: Generated<number | null>;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

/** A row lives until its token is fetched; expired ones go when the next login starts. */
interface WebLoginsTable {
  page_hash: string;
  done_hash: string;
  intent: 'login' | 'create';
  client: string;
  created_at: number;
  expires_at: number;
  /** Who completed it, and how they showed who they are. */
  user_id: number | null;
  via: string | null;
}
