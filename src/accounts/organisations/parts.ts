import { Fault, type Clock } from '../../kernel/index.ts';
import type { Messenger } from '../messages/index.ts';
import { actorOf, actsAsAdministrator, type SignedIn } from '../principal.ts';
import type { User } from '../store.ts';
import type { AccountCommand, OrganisationStore } from './store.ts';

/** Where a service finds users by the name that somebody typed. */
export interface Users {
  /** The user of this name, unless they are disabled. */
  find(name: string): Promise<Pick<User, 'id' | 'name'> | undefined>;
}

export interface OrganisationParts {
  store: OrganisationStore;
  users: Users;
  messenger: Messenger;
  clock: Clock;
}

export function commandOf(asker: SignedIn, clock: Clock): AccountCommand {
  return { by: actorOf(asker), administrator: actsAsAdministrator(asker), at: clock() };
}

/** Fault `user_unknown`. */
export async function userCalled(users: Users, name: string): Promise<Pick<User, 'id' | 'name'>> {
  const user = await users.find(name);
  if (user) return user;
  throw new Fault('user_unknown', `There is no user called ${JSON.stringify(name.slice(0, 80))}.`);
}

const DESCRIPTION = /^[^\p{Cc}\p{Cs}]{0,500}$/u;

/** Fault `bad_request`. */
export function checkDescription(description: string): void {
  if (DESCRIPTION.test(description)) return;
  throw new Fault('bad_request', 'A description may have 500 characters, none of them a control character.');
}
