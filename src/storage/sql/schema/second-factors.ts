import type { Generated } from 'kysely';

export interface SecondFactorTables {
  second_factors: SecondFactorsTable;
  recovery_codes: RecoveryCodesTable;
  passkeys: PasskeysTable;
  passkey_challenges: PasskeyChallengesTable;
  factor_prompts: FactorPromptsTable;
}

/** A row comes with a user's first factor or first guess. */
interface SecondFactorsTable {
  user_id: number;
  mode: 'auth-only' | 'auth-and-writes';
  /** Wrapped by the secret of the settings where there is one. */
  totp_secret: string | null;
  /** Null while nobody has shown a code of it. */
  totp_confirmed_at: number | null;
  /** The last time step whose code was used. */
  totp_last_step: number | null;
  /** Guesses since the last right code. */
  failures: Generated<number>;
  /** No guess is looked at before. */
  blocked_until: Generated<number>;
}

/** A used one is gone. */
interface RecoveryCodesTable {
  user_id: number;
  hash: string;
}

interface PasskeysTable {
  id: Generated<number>;
  user_id: number;
  credential_id: string;
  public_key: Uint8Array;
  counter: number;
  /** Comma-separated. */
  transports: string;
  name: string;
  created_at: number;
  used_at: number | null;
}

interface PasskeyChallengesTable {
  hash: string;
  user_id: number;
  purpose: 'register' | 'authenticate';
  expires_at: number;
}

/** A row lives until what it became is used: a prompt that is answered becomes a pass. */
interface FactorPromptsTable {
  id: Generated<number>;
  user_id: number;
  purpose: 'client' | 'page';
  page_hash: string | null;
  done_hash: string | null;
  pass_hash: string | null;
  passed_at: number | null;
  expires_at: number;
}
