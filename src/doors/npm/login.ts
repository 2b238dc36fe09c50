import { actorOf, nobodyAt, type Accounts, type User } from '../../accounts/index.ts';
import { isFault } from '../../kernel/index.ts';

export interface Credentials {
  name: string;
  password: string;
  email: string | null;
  /** The client's. */
  address: string;
}

/** npm sends the same request to log in and to register, so the name decides, where people may register at all. */
export async function logInOrRegister(
  accounts: Accounts,
  registration: 'open' | 'off',
  login: Credentials,
): Promise<User> {
  if (registration === 'open' && (await accounts.find(login.name)) === undefined) {
    try {
      return await accounts.register(login, actorOf(nobodyAt(login.address)));
    } catch (error) {
      // Somebody registered the name in this moment: perhaps the same client, trying again.
      if (!isFault(error, 'user_exists')) throw error;
    }
  }
  return accounts.login(login.name, login.password);
}
