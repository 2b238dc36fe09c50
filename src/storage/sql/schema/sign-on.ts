export interface SignOnTables {
  sign_ons: SignOnsTable;
  user_identities: UserIdentitiesTable;
}

/** Log-ins at the provider that have begun; a row goes when the browser comes back, or with its expiry. */
interface SignOnsTable {
  state_hash: string;
  browser_hash: string;
  nonce: string;
  verifier: string;
  goal: string;
  expires_at: number;
}

/** Who at which provider is which user of ours. */
interface UserIdentitiesTable {
  issuer: string;
  subject: string;
  user_id: number;
  created_at: number;
}
