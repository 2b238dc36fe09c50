import type { Actor } from '../../ledger/index.ts';
import type { NewUser, User } from '../store.ts';

/** A log-in at the provider that has begun. */
export interface NewSignOn {
  /** SHA-256 hex of `state`, and of the secret in the browser's cookie. */
  stateHash: string;
  browserHash: string;
  nonce: string;
  verifier: string;
  /** Where the person wants to get, for the page that began it. */
  goal: string;
  at: number;
  expiresAt: number;
  /** How many may be under way. */
  most: number;
}

/** Somebody at the provider. */
export interface ForeignIdentity {
  issuer: string;
  subject: string;
}

/** Log-ins elsewhere at rest, where every replica finds them. */
export interface SignOnStore {
  /** Removes expired ones. Fault `unavailable` if too many are under way. */
  startSignOn(signOn: NewSignOn): Promise<void>;
  /** Ends the log-in, for exactly one caller, and only for the browser that began it. */
  takeSignOn(claim: {
    stateHash: string;
    browserHash: string;
    at: number;
  }): Promise<Pick<NewSignOn, 'nonce' | 'verifier' | 'goal'> | undefined>;
  userOf(identity: ForeignIdentity): Promise<User | undefined>;
  /** Makes the identity this user's, unless it is somebody's; whose it is then. Event `user.link`. */
  linkIdentity(link: { identity: ForeignIdentity; userId: number; at: number; by: Actor }): Promise<User>;
  /**
   * Makes a user for the identity in one commit, unless it is somebody's; whose it is then. Faults of `createUser`.
   */
  provisionUser(provision: { identity: ForeignIdentity; user: NewUser }): Promise<User>;
}
