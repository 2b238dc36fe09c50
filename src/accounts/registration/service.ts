import { Fault, type Clock } from '../../kernel/index.ts';
import { noGuard, type GuessGuard } from '../guessing/index.ts';
import { linkHash } from '../links/secret.ts';
import type { LinkStore } from '../links/store.ts';
import type { Recovery } from '../links/recovery.ts';
import type { Messenger } from '../messages/index.ts';
import { hashPassword } from '../passwords.ts';
import type { AccountStore, User } from '../store.ts';
import { checkAccount, type AccountRequest } from '../users/new-account.ts';
import { assertFreeForAll } from '../users/reserved.ts';

/** Who may make an account: anybody, whom an administrator has invited, or only administrators. */
export type RegistrationMode = 'open' | 'invite' | 'off';

export interface RegistrationRequest extends AccountRequest {
  /** The secret of an invitation. */
  invitation?: string | undefined;
}

/** The way in for people who make their account themselves, the same behind every door. */
export interface Registration {
  readonly mode: RegistrationMode;
  /**
   * Faults `registration_off` where the mode does not let them in, `link_invalid` for an invitation that is none (any more),
   * `user_name_invalid`, `email_invalid`, `password_weak`, `user_exists`, `rate_limited`.
   */
  register(request: RegistrationRequest, address: string | null): Promise<User>;
}

export interface RegistrationOptions {
  mode: RegistrationMode;
  accounts: Pick<AccountStore, 'createUser' | 'userByName'>;
  links: Pick<LinkStore, 'find' | 'registerInvited'>;
  recovery: Pick<Recovery, 'sendVerification'>;
  messenger: Messenger;
  guard?: GuessGuard;
  clock: Clock;
}

export function createRegistration(options: RegistrationOptions): Registration {
  const { mode, accounts, links, recovery, messenger, guard = noGuard, clock } = options;

  async function invitationOf(
    secret: string | undefined,
  ): Promise<{ hash: string; email: string | null } | null> {
    if (secret === undefined || mode === 'off') {
      if (mode === 'open') return null;
      throw new Fault(
        'registration_off',
        mode === 'off'
          ? 'New accounts are made by the administrators of this server.'
          : 'An account needs an invitation here: ask an administrator for one and open its link.',
      );
    }
    const hash = linkHash(secret);
    const link =
      hash === undefined ? undefined : await links.find({ hash, purpose: 'invitation', now: clock() });
    if (hash !== undefined && link) return { hash, email: link.email };
    throw new Fault('link_invalid', 'This invitation has expired or was used already: ask for a new one.');
  }

  return {
    mode,
    async register(request, address) {
      const invitation = await invitationOf(request.invitation);
      const { email } = checkAccount(request);
      const { name, password } = request;
      assertFreeForAll(name);
      await guard.admitRegistration(address);
      // Asked before hashing too, so that a taken name costs no argon2; the command decides.
      if (await accounts.userByName(name)) {
        throw new Fault('user_exists', `A user named ${name} exists: choose another name.`);
      }
      const user = {
        name,
        email,
        role: 'user' as const,
        passwordHash: await hashPassword(password),
        at: clock(),
        by: { userId: null, name: null, via: 'nobody', address },
      };
      const made = invitation
        ? await links.registerInvited({ hash: invitation.hash, user })
        : await accounts.createUser(user);
      const proven = invitation?.email?.toLowerCase() === email?.toLowerCase();
      if (made.email !== null && messenger.available && !proven) {
        await recovery.sendVerification(made, {
          userId: made.id,
          name: made.name,
          via: 'password',
          address,
        });
      }
      return made;
    },
  };
}
