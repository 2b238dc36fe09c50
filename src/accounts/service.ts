import { Fault, type Clock } from '../kernel/index.ts';
import { checkPassword, hashPassword, verifyPassword } from './passwords.ts';
import type { Principal } from './principal.ts';
import type { AccountStore, TokenScope, User, UserWithPassword } from './store.ts';
import { hashToken, looksLikeToken, newToken, tokenPrefix } from './tokens.ts';
import { checkEmail, checkUserName, isUserName } from './users.ts';

export interface NewAccount {
  name: string;
  password: string;
  email?: string | null;
  /** `user` unless said otherwise. */
  role?: User['role'];
}

export interface TokenRequest {
  /** What its owner calls it; at most 100 characters. */
  name: string;
  scopes: TokenScope[];
  /** Milliseconds since the epoch, or null for a token that lives until it is revoked. */
  expiresAt: number | null;
}

export interface IssuedToken {
  id: number;
  /** Shown now and never again: only its hash is stored. */
  token: string;
}

/** What a person or robot can do with their account. */
export interface Accounts {
  /** Faults `user_name_invalid`, `email_invalid`, `password_weak`, `user_exists`. */
  register(account: NewAccount): Promise<User>;
  /** Fault `password_wrong`, the same in words and time for a wrong password, an unknown name and a disabled user. */
  login(name: string, password: string): Promise<User>;
  /**
   * Whom the operator means on the machine itself, where no password is asked: the user of this name, else the only
   * administrator. Faults `not_found`, also for a disabled user, and `bad_request` if there are several administrators.
   */
  operatorsChoice(name: string | undefined): Promise<User>;
  /** Fault `bad_request` for a name, scopes or an expiry that make no sense. */
  issueToken(user: User, request: TokenRequest): Promise<IssuedToken>;
  /** Fault `token_invalid`, the same for an unknown, expired or revoked token and a disabled user. */
  authenticate(token: string): Promise<Principal & { kind: 'user' }>;
}

export function createAccounts(store: AccountStore, clock: Clock): Accounts {
  return {
    async register({ name, password, email, role = 'user' }) {
      const address = email === undefined || email === '' ? null : email;
      checkUserName(name);
      if (address !== null) checkEmail(address);
      checkPassword(password, name);
      // Asked before hashing too, so that a taken name costs no argon2; `createUser` decides.
      if (await store.userByName(name)) {
        throw new Fault('user_exists', `A user named ${name} exists: choose another name.`);
      }
      const passwordHash = await hashPassword(password);
      return await store.createUser({ name, email: address, role, passwordHash, at: clock() });
    },

    async login(name, password) {
      const user = isUserName(name) ? await store.userByName(name) : undefined;
      const matches = await verifyPassword(user?.passwordHash, password);
      if (!user || !matches || user.disabledAt !== null) {
        throw new Fault('password_wrong', 'The user name or the password is wrong.');
      }
      return withoutPassword(user);
    },

    async operatorsChoice(name) {
      if (name === undefined) return onlyOne(await store.administrators());
      const user = isUserName(name) ? await store.userByName(name) : undefined;
      if (!user) throw new Fault('not_found', 'There is no user of this name: make one first.');
      if (user.disabledAt !== null) throw new Fault('not_found', `The user ${user.name} is disabled.`);
      return withoutPassword(user);
    },

    async issueToken(user, { name, scopes, expiresAt }) {
      checkTokenRequest(name, scopes, expiresAt, clock());
      const token = newToken();
      const id = await store.createToken({
        userId: user.id,
        hash: hashToken(token),
        prefix: tokenPrefix(token),
        name,
        scopes,
        at: clock(),
        expiresAt,
      });
      return { id, token };
    },

    async authenticate(token) {
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
      return { kind: 'user', user: found.user, scopes: found.scopes, tokenId: found.tokenId };
    },
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

const TOKEN_NAME = /^[^\p{Cc}\p{Cs}]{1,100}$/u;

function checkTokenRequest(name: string, scopes: TokenScope[], expiresAt: number | null, now: number): void {
  if (!TOKEN_NAME.test(name)) {
    throw new Fault(
      'bad_request',
      "A token's name must have 1 to 100 characters, none of them a control character.",
    );
  }
  if (scopes.length === 0) {
    throw new Fault('bad_request', 'A token needs at least one scope: read or publish.');
  }
  if (expiresAt !== null && expiresAt <= now) {
    throw new Fault('bad_request', "A token's expiry must lie in the future.");
  }
}

/** The hash goes no further than this folder. */
function withoutPassword({ id, name, email, role, createdAt, disabledAt }: UserWithPassword): User {
  return { id, name, email, role, createdAt, disabledAt };
}
