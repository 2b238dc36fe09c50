import type { Accounts, User } from '../../accounts/index.ts';
import { isFault } from '../../kernel/index.ts';

export interface Credentials {
  name: string;
  password: string;
  email: string | null;
}

/** npm sends the same request to log in and to register, so the name decides, where people may register at all. */
export async function logInOrRegister(
  accounts: Accounts,
  registration: 'open' | 'off',
  login: Credentials,
): Promise<User> {
  if (registration === 'open') {
    try {
      return await accounts.register(login);
    } catch (error) {
      // The policy for new passwords is no concern of somebody who has one.
      if (!isFault(error, 'user_exists') && !isFault(error, 'password_weak')) throw error;
      return accounts.login(login.name, login.password).catch((refusal: unknown) => {
        throw isFault(error, 'password_weak') ? error : refusal;
      });
    }
  }
  return accounts.login(login.name, login.password);
}
