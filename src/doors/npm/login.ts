import { isEmail, type Accounts, type Registration, type User } from '../../accounts/index.ts';
import { isFault } from '../../kernel/index.ts';

export interface Credentials {
  name: string;
  password: string;
  email: string | null;
  /** The client's. */
  address: string;
}

/**
 * npm sends the same request to log in and to register, so the name decides, where people may register at all: undefined here
 * if this request is not to make anybody a user.
 */
export async function logInOrRegister(
  accounts: Accounts,
  registration: Registration | undefined,
  login: Credentials,
): Promise<User> {
  if (
    registration?.mode === 'open' &&
    !isEmail(login.name) &&
    (await accounts.find(login.name)) === undefined
  ) {
    try {
      return await registration.register(login, login.address);
    } catch (error) {
      // Somebody registered the name in this moment: perhaps the same client, trying again.
      if (!isFault(error, 'user_exists')) throw error;
    }
  }
  return accounts.login(login.name, login.password, login.address);
}
