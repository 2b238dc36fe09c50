import type { Actor } from '../../ledger/index.ts';
import type { User } from '../store.ts';
import type { TokenLimits } from './limits.ts';

/**
 * What a token may do: see what its owner may see; publish, tag and look after packages; unpublish and deprecate; act as the
 * administrator that its owner is.
 */
export type TokenScope = 'read' | 'publish' | 'yank' | 'admin';

export interface NewToken {
  userId: number;
  /** SHA-256 hex of the whole token; the token itself is never stored. */
  hash: string;
  /** The first characters, to tell tokens apart in lists. */
  prefix: string;
  name: string;
  description?: string | null;
  scopes: TokenScope[];
  /** Null, or left out, for none. */
  limits?: TokenLimits | null;
  bypassSecondFactor?: boolean;
  at: number;
  by: Actor;
  expiresAt: number | null;
}

/** A token as its owner sees it in a list. */
export interface TokenRow {
  hash: string;
  prefix: string;
  name: string;
  description: string | null;
  scopes: TokenScope[];
  limits: TokenLimits | null;
  /** True for a robot's token: writes with it ask for no second factor. */
  bypassSecondFactor: boolean;
  createdAt: number;
  expiresAt: number | null;
  /** To the minute; null if it was never used. */
  lastUsedAt: number | null;
}

/** What a valid token says about its bearer. */
export interface TokenIdentity {
  tokenId: number;
  scopes: TokenScope[];
  limits: TokenLimits | null;
  bypassSecondFactor: boolean;
  expiresAt: number | null;
  revokedAt: number | null;
  user: User;
}

/** A use of a token that lists are to show. */
export interface TokenUse {
  tokenId: number;
  at: number;
}

/** Tokens at rest. */
export interface TokenStore {
  /** Writes the event `token.create`; returns the id. */
  createToken(token: NewToken): Promise<number>;
  /** The token of this hash with its user, whatever its state: the caller judges expiry, revocation and disabled users. */
  tokenByHash(hash: string): Promise<TokenIdentity | undefined>;
  /** Tokens of a user that are neither revoked nor expired, oldest first, and how many there are. */
  tokensOf(query: {
    userId: number;
    now: number;
    limit: number;
    offset: number;
  }): Promise<{ tokens: TokenRow[]; total: number }>;
  /** Ends the token of this hash, of this user only if one is named. False if there was nothing to end. Writes the event `token.revoke`. */
  revokeToken(revocation: { hash: string; userId: number | null; at: number; by: Actor }): Promise<boolean>;
  /** Moves the last use of tokens forward, never back. No event: it would be one a minute. */
  recordTokenUses(uses: TokenUse[]): Promise<void>;
}
