import type { NewToken } from './tokens/index.ts';

/** A login that a client has asked for and a person completes in a browser. */
export interface NewWebLogin {
  /** SHA-256 hex of the secret in the page's URL, and of the one that the client polls with. */
  pageHash: string;
  doneHash: string;
  /** Did the client ask for a new user? */
  create: boolean;
  /** What the client calls itself. */
  client: string;
  at: number;
  expiresAt: number;
  /** How many logins that have not expired there may be, this one included. */
  most: number;
}

export interface WebLogin {
  create: boolean;
  client: string;
}

/** Logins under way at rest, where every replica finds them. All are as if they were not there from their expiry on. */
export interface WebLoginStore {
  /** Removes expired ones. Fault `unavailable` if there are too many. */
  startWebLogin(login: NewWebLogin): Promise<void>;
  /** The login of this page, if nobody has completed it yet. */
  openWebLogin(pageHash: string, now: number): Promise<WebLogin | undefined>;
  /** True for exactly one caller: the login is this user's, who showed who they are in the way that `via` says. */
  approveWebLogin(approval: { pageHash: string; userId: number; via: string; at: number }): Promise<boolean>;
  webLoginState(doneHash: string, now: number): Promise<'waiting' | 'approved' | undefined>;
  /**
   * Turns an approved login into a token of its user, in one commit with the end of the login; the event is `token.create`,
   * by that user from this address. True for exactly one caller.
   */
  redeemWebLogin(redemption: {
    doneHash: string;
    token: Omit<NewToken, 'userId' | 'by'>;
    address: string | null;
  }): Promise<boolean>;
}
