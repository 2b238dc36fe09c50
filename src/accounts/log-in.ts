import { Fault, type Clock } from '../kernel/index.ts';
import { noGuard, type GuessGuard } from './guessing/index.ts';
import { verifyPassword } from './passwords.ts';
import type { AccountStore, User, UserWithPassword } from './store.ts';
import type { UserStore } from './users/store.ts';
import { isEmail, isUserName } from './users/names.ts';
import { VerifiedPasswords } from './verified-passwords.ts';

export interface LogIn {
  /**
   * The user of this name, or of this verified e-mail address. Fault `password_wrong`, the same in words and time for a wrong password, an
   * unknown name and a disabled user; `rate_limited` for who guesses.
   */
  login(name: string, password: string, address: string | null): Promise<User>;
}

export interface LogInOptions {
  store: AccountStore;
  clock: Clock;
  guard?: GuessGuard;
  /** Without it, only names are known. */
  users?: Pick<UserStore, 'byEmail'>;
}

export function createLogIn({ store, clock, guard = noGuard, users }: LogInOptions): LogIn {
  const verified = new VerifiedPasswords(clock);

  async function find(name: string): Promise<UserWithPassword | undefined> {
    if (isUserName(name)) return store.userByName(name);
    return isEmail(name) ? users?.byEmail(name) : undefined;
  }

  return {
    async login(name, password, address) {
      const user = await find(name);
      const hash = user?.passwordHash;
      const mayEnter = user !== undefined && user.disabledAt === null;
      // Who knows the password is not guessing, however often they come.
      if (mayEnter && verified.has(user.passwordHash, password)) return withoutPassword(user);
      const account = user?.id ?? name.slice(0, 254).toLowerCase();
      const matches = await guard.guess(
        { account, address },
        async () => (await verifyPassword(hash, password)) && mayEnter,
      );
      if (!matches || !mayEnter) {
        throw new Fault('password_wrong', 'The user name or the password is wrong.', { subject: user?.name });
      }
      verified.add(user.passwordHash, password);
      return withoutPassword(user);
    },
  };
}

/** The hash goes no further than this folder. */
export function withoutPassword({ id, name, email, role, createdAt, disabledAt }: UserWithPassword): User {
  return { id, name, email, role, createdAt, disabledAt };
}
