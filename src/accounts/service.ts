import { Fault, type Clock } from '../kernel/index.ts';
import type { Actor } from '../ledger/index.ts';
import type { GuessGuard } from './guessing/index.ts';
import { createLogIn, withoutPassword, type LogIn } from './log-in.ts';
import { hashPassword } from './passwords.ts';
import type { SignedIn } from './principal.ts';
import { createProfiles, type Profiles } from './profile.ts';
import { looksLikeJwt, type Sessions } from './sessions/index.ts';
import type { AccountStore, TokenRow, TokenScope, User } from './store.ts';
import { hashToken, looksLikeToken, newToken, tokenPrefix } from './tokens/secret.ts';
import { isUserName } from './users/names.ts';
import { checkAccount } from './users/new-account.ts';
import type { UserStore } from './users/store.ts';
import { createWebLogins, type WebLogins } from './web-logins.ts';

export interface NewAccount {
  name: string;
  password: string;
  email?: string | null;
  /** Somebody vouches for the address. */
  emailVerified?: boolean;
  /** `user` unless said otherwise. */
  role?: User['role'];
}

export interface TokenRequest {
  /** What its owner calls it; at most 100 characters. */
  name: string;
  /** What it is for; at most 500 characters. */
  description?: string | null;
  scopes: TokenScope[];
  /** Milliseconds since the epoch, or null for a token that lives until it is revoked. */
  expiresAt: number | null;
}

export interface IssuedToken {
  id: number;
  /** Shown now and never again: only its hash is stored. */
  token: string;
  /** SHA-256 hex of the token, which names it in lists. */
  hash: string;
}

/** What a person or robot can do with their account. */
export interface Accounts extends LogIn, Profiles, WebLogins {
  /** Whom an administrator or the operator makes. Faults `user_name_invalid`, `email_invalid`, `password_weak`, `user_exists`, `email_taken`. */
  register(account: NewAccount, by: Actor): Promise<User>;
  /**
   * Name and secret as they come with a request (RFC 7617); the secret is a password or one of the user's tokens. Faults
   * `password_wrong` as `login`, and `token_invalid` for a token that is no good or somebody else's.
   */
  authenticatePair(name: string, secret: string, address: string | null): Promise<SignedIn>;
  /** The user of this name, in any case, unless they are disabled. */
  find(name: string): Promise<User | undefined>;
  /**
   * Whom the operator means on the machine itself, where no password is asked: the user of this name, else the only
   * administrator. Faults `not_found`, also for a disabled user, and `bad_request` if there are several administrators.
   */
  operatorsChoice(name: string | undefined): Promise<User>;
  /** Fault `bad_request` for a name, scopes or an expiry that make no sense. */
  issueToken(user: User, request: TokenRequest, by: Actor): Promise<IssuedToken>;
  /** Whom a token or session sent from this address speaks for. Fault `token_invalid`, the same for an unknown, expired or revoked token and a disabled user. */
  authenticate(token: string, address: string | null): Promise<SignedIn>;
  /** A page of the user's tokens that still open something, oldest first, and how many there are. */
  tokensOf(
    user: User,
    page: { limit: number; offset: number },
  ): Promise<{ tokens: TokenRow[]; total: number }>;
  /** Ends one of the user's tokens, named by its hash or by itself. Fault `not_found` if they have no such token. */
  revokeToken(user: User, hashOrToken: string, by: Actor): Promise<void>;
  /** Ends a token: whoever has it may. Whether there was one is not told. */
  logout(token: string, address: string | null): Promise<void>;
}

/** What accounts work with beside their store; what is not given is as if there were none of it. */
export interface AccountsParts {
  sessions?: Sessions;
  users?: Pick<UserStore, 'byEmail'>;
  guard?: GuessGuard;
}

export function createAccounts(store: AccountStore, clock: Clock, parts: AccountsParts = {}): Accounts {
  const { sessions } = parts;
  const { login } = createLogIn({ store, clock, ...parts });

  async function authenticate(token: string, address: string | null): Promise<SignedIn> {
    if (sessions && looksLikeJwt(token)) return sessions.authenticate(token, address);
    const found = looksLikeToken(token) ? await store.tokenByHash(hashToken(token)) : undefined;
    if (
      !found ||
      found.revokedAt !== null ||
      found.user.disabledAt !== null ||
      (found.expiresAt !== null && found.expiresAt <= clock())
    ) {
      throw new Fault(
        'token_invalid',
        'This token is not valid (any more): log in again or ask for a new one.',
      );
    }
    const { user, scopes, tokenId } = found;
    return { kind: 'user', user, scopes, tokenId, via: viaToken(tokenId), address };
  }

  return {
    async register({ role = 'user', emailVerified = false, ...account }, by) {
      const { email } = checkAccount(account);
      const { name } = account;
      // Asked before hashing too, so that a taken name costs no argon2; `createUser` decides.
      if (await store.userByName(name)) {
        throw new Fault('user_exists', `A user named ${name} exists: choose another name.`);
      }
      const passwordHash = await hashPassword(account.password);
      return store.createUser({ name, email, emailVerified, role, passwordHash, at: clock(), by });
    },

    login,
    authenticate,

    async authenticatePair(name, secret, address) {
      if (!looksLikeToken(secret)) {
        const user = await login(name, secret, address);
        return { kind: 'user', user, scopes: ['read', 'publish'], tokenId: null, via: 'password', address };
      }
      const principal = await authenticate(secret, address);
      if (principal.user.name.toLowerCase() === name.toLowerCase()) return principal;
      throw new Fault('token_invalid', 'This token belongs to somebody else: send it with their name.');
    },

    async find(name) {
      const user = isUserName(name) ? await store.userByName(name) : undefined;
      return user && user.disabledAt === null ? withoutPassword(user) : undefined;
    },

    async operatorsChoice(name) {
      if (name === undefined) return onlyOne(await store.administrators());
      const user = isUserName(name) ? await store.userByName(name) : undefined;
      if (!user) throw new Fault('not_found', 'There is no user of this name: make one first.');
      if (user.disabledAt !== null) throw new Fault('not_found', `The user ${user.name} is disabled.`);
      return withoutPassword(user);
    },

    async issueToken(user, request, by) {
      checkTokenRequest(request, clock());
      const { name, description = null, scopes, expiresAt } = request;
      const token = newToken();
      const hash = hashToken(token);
      const id = await store.createToken({
        userId: user.id,
        hash,
        prefix: tokenPrefix(token),
        name,
        description,
        scopes,
        at: clock(),
        by,
        expiresAt,
      });
      return { id, token, hash };
    },

    tokensOf: (user, page) => store.tokensOf({ userId: user.id, now: clock(), ...page }),

    async revokeToken(user, hashOrToken, by) {
      const hash = looksLikeToken(hashOrToken) ? hashToken(hashOrToken) : hashOrToken;
      const ended =
        TOKEN_HASH.test(hash) && (await store.revokeToken({ hash, userId: user.id, at: clock(), by }));
      if (!ended) throw new Fault('not_found', 'You have no such token (any more).');
    },

    async logout(token, address) {
      if (sessions && looksLikeJwt(token)) return sessions.logout(token, address);
      if (!looksLikeToken(token)) return;
      const hash = hashToken(token);
      const found = await store.tokenByHash(hash);
      if (!found) return;
      const { user, tokenId } = found;
      const by = { userId: user.id, name: user.name, via: viaToken(tokenId), address };
      await store.revokeToken({ hash, userId: user.id, at: clock(), by });
    },

    ...createProfiles(store, clock, parts.guard),
    ...createWebLogins(store, clock),
  };
}

function onlyOne(administrators: User[]): User {
  const [first, second] = administrators;
  if (!first) throw new Fault('not_found', 'There is no administrator: make one first.');
  if (!second) return first;
  throw new Fault(
    'bad_request',
    `There are several administrators (${administrators.map(({ name }) => name).join(', ')}): say which user is meant.`,
  );
}

function viaToken(id: number): string {
  return `token:${id}`;
}

const TOKEN_HASH = /^[0-9a-f]{64}$/;
const TOKEN_NAME = /^[^\p{Cc}\p{Cs}]{1,100}$/u;
const TOKEN_DESCRIPTION = /^[^\p{Cc}\p{Cs}]{1,500}$/u;

function checkTokenRequest({ name, description, scopes, expiresAt }: TokenRequest, now: number): void {
  if (!TOKEN_NAME.test(name)) {
    throw new Fault(
      'bad_request',
      "A token's name must have 1 to 100 characters, none of them a control character.",
    );
  }
  if (typeof description === 'string' && !TOKEN_DESCRIPTION.test(description)) {
    throw new Fault(
      'bad_request',
      "A token's description must have 1 to 500 characters, none of them a control character.",
    );
  }
  if (scopes.length === 0) {
    throw new Fault('bad_request', 'A token needs at least one scope: read or publish.');
  }
  if (expiresAt !== null && expiresAt <= now) {
    throw new Fault('bad_request', "A token's expiry must lie in the future.");
  }
}
