import type { Actor } from '../ledger/index.ts';
import type { WebLoginStore } from './web-login-store.ts';

/** A person or robot with a name and a password. */
export interface User {
  id: number;
  /** As registered; unique regardless of case. */
  name: string;
  email: string | null;
  role: 'administrator' | 'user';
  createdAt: number;
  disabledAt: number | null;
}

export interface UserWithPassword extends User {
  /** PHC string of argon2id. */
  passwordHash: string;
}

export interface NewUser {
  name: string;
  email: string | null;
  /** Somebody vouches for the address. */
  emailVerified?: boolean;
  role: User['role'];
  passwordHash: string;
  at: number;
  by: Actor;
}

export type TokenScope = 'read' | 'publish';

export interface NewToken {
  userId: number;
  /** SHA-256 hex of the whole token; the token itself is never stored. */
  hash: string;
  /** The first characters, to tell tokens apart in lists. */
  prefix: string;
  name: string;
  description?: string | null;
  scopes: TokenScope[];
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
  createdAt: number;
  expiresAt: number | null;
}

/** What users tell about themselves; free text, shown as it is. */
export interface ProfileFields {
  fullname: string | null;
  homepage: string | null;
  freenode: string | null;
  twitter: string | null;
  github: string | null;
}

export interface Profile extends User {
  emailVerified: boolean;
  /** Last change of password or profile; the day of the registration if there was none. */
  updatedAt: number;
  fields: ProfileFields;
}

/** What a valid token says about its bearer. */
export interface TokenIdentity {
  tokenId: number;
  scopes: TokenScope[];
  expiresAt: number | null;
  revokedAt: number | null;
  user: User;
}

/** Users, tokens and logins under way at rest. */
export interface AccountStore extends WebLoginStore {
  /** Fault `user_exists` if the name, in any case, is taken, `email_taken` if a verified address is. Writes the event `user.create`. */
  createUser(user: NewUser): Promise<User>;
  userByName(name: string): Promise<UserWithPassword | undefined>;
  userById(id: number): Promise<User | undefined>;
  /** Administrators who are not disabled, oldest first. */
  administrators(): Promise<User[]>;
  countUsers(): Promise<number>;
  /** Administrators that are not disabled, in the order of their ids. */
  administrators(): Promise<User[]>;
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
  /** Replaces the password if `oldHash` is still what is stored; false if not. Writes the event `user.password`. */
  changePassword(change: {
    userId: number;
    oldHash: string;
    newHash: string;
    at: number;
    by: Actor;
  }): Promise<boolean>;
  profileOf(userId: number): Promise<Profile | undefined>;
  /** Changes what is named and leaves the rest. Fault `not_found` without such a user. Writes the event `user.update`. */
  updateProfile(update: {
    userId: number;
    email?: string | null;
    fields: Partial<ProfileFields>;
    at: number;
    by: Actor;
  }): Promise<Profile>;
}
