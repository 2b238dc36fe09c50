import { sessionIdOf, type SignedIn } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';

/** Fault `forbidden` unless a person has logged in: what a token may do must not let its finder take the account over. */
export function assertInPerson(asker: SignedIn): void {
  if (sessionIdOf(asker) !== undefined || asker.via === 'password') return;
  throw new Fault('forbidden', 'A token may not do this: log in with your password first.');
}
