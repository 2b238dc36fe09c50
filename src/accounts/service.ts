import { Fault, type Clock } from '../kernel/index.ts';
import type { Actor } from '../ledger/index.ts';
import type { GuessGuard } from './guessing/index.ts';
import { createLogIn, withoutPassword, type LogIn } from './log-in.ts';
import { hashPassword } from './passwords.ts';
import { signedInWithPassword, type SignedIn } from './principal.ts';
import { createProfiles, type Profiles } from './profile.ts';
import { looksLikeJwt, type Sessions } from './sessions/index.ts';
import type { AccountStore, User } from './store.ts';
import { createTokens, looksLikeToken, type Tokens } from './tokens/index.ts';
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

/** What a person or robot can do with their account. */
export interface Accounts extends LogIn, Profiles, Tokens, WebLogins {
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
  /** Whom a token or session sent from this address speaks for. Faults as in `Tokens`. */
  authenticate(token: string, address: string | null): Promise<SignedIn>;
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

  const tokens = createTokens(store, clock);

  async function authenticate(token: string, address: string | null): Promise<SignedIn> {
    return sessions && looksLikeJwt(token)
      ? sessions.authenticate(token, address)
      : tokens.authenticate(token, address);
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

    ...tokens,
    login,
    authenticate,

    logout: (token, address) =>
      sessions && looksLikeJwt(token) ? sessions.logout(token, address) : tokens.logout(token, address),

    async authenticatePair(name, secret, address) {
      if (!looksLikeToken(secret)) {
        return signedInWithPassword(await login(name, secret, address), address);
      }
      const principal = await tokens.authenticate(secret, address);
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
