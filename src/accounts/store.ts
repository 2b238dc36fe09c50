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
  role: User['role'];
  passwordHash: string;
  at: number;
}

export type TokenScope = 'read' | 'publish';

export interface NewToken {
  userId: number;
  /** SHA-256 hex of the whole token; the token itself is never stored. */
  hash: string;
  /** The first characters, to tell tokens apart in lists. */
  prefix: string;
  name: string;
  scopes: TokenScope[];
  at: number;
  expiresAt: number | null;
}

/** What a valid token says about its bearer. */
export interface TokenIdentity {
  tokenId: number;
  scopes: TokenScope[];
  expiresAt: number | null;
  revokedAt: number | null;
  user: User;
}

/** Users and tokens at rest. */
export interface AccountStore {
  /** Fault `user_exists` if the name, in any case, is taken. Writes the event `user.create`. */
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
}
