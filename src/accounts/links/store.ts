import type { Actor } from '../../ledger/index.ts';
import type { NewUser, User } from '../store.ts';

/** What a link is good for, once. */
export type LinkPurpose = 'invitation' | 'reset' | 'verification';

export interface NewLink {
  /** SHA-256 hex of the secret. */
  hash: string;
  purpose: LinkPurpose;
  /** Null for an invitation, and where an unknown account was named: such a link opens nothing. */
  userId: number | null;
  /** The address to verify or to invite. */
  email: string | null;
  at: number;
  expiresAt: number;
  /** So many open links of this purpose a user may have. */
  most: number;
  by: Actor;
}

export interface LinkRow {
  id: number;
  purpose: LinkPurpose;
  user: User | null;
  email: string | null;
  madeBy: string | null;
  createdAt: number;
  expiresAt: number;
}

/** Links at rest. All are as if they were not there from their expiry on; a link that is used is gone. */
export interface LinkStore {
  /** Removes expired ones. False if there are too many. Event `invitation.create`, `user.reset-link` or `user.verification-link`. */
  create(link: NewLink): Promise<boolean>;
  find(query: { hash: string; purpose: LinkPurpose; now: number }): Promise<LinkRow | undefined>;
  /** Oldest first. */
  invitations(now: number): Promise<LinkRow[]>;
  /** False if there is none. Event `invitation.revoke`. */
  revokeInvitation(invitation: { id: number; at: number; by: Actor }): Promise<boolean>;
  /** Makes the user; their address counts as verified if it is the invited one. Faults `link_invalid`, `user_exists`. */
  registerInvited(invitation: { hash: string; user: NewUser }): Promise<User>;
  /** Sets the password, and ends the user's sessions and other such links. Fault `link_invalid`. Event `user.password`. */
  resetPassword(reset: { hash: string; passwordHash: string; at: number; by: Actor }): Promise<void>;
  /** The address is the user's. Faults `link_invalid`, `email_taken`. Event `user.email`. */
  verifyEmail(verification: { hash: string; userId: number; at: number; by: Actor }): Promise<void>;
}
