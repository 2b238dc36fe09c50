import { Fault, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import type { MadeLink } from '../links/recovery.ts';
import { linkHash, newLinkSecret } from '../links/secret.ts';
import type { LinkRow, LinkStore } from '../links/store.ts';
import type { Messenger } from '../messages/index.ts';
import type { RegistrationMode } from '../registration/service.ts';
import type { Accounts } from '../service.ts';
import type { User } from '../store.ts';
import { checkEmail, isUserName } from './names.ts';
import type { AccountRequest } from './new-account.ts';
import type { UserQuery, UserRow, UserStore } from './store.ts';

/**
 * What administrators do with accounts; that the actor is one is for the caller to see to. Users are named in any case; Fault
 * `not_found` for one who is not there (any more), `last_administrator` for a change that would leave nobody to administer.
 */
export interface UserAdministration {
  list(query: UserQuery): Promise<UserRow[]>;
  find(name: string): Promise<UserRow>;
  /** The administrator vouches for the address. Faults as a registration, but reserved names are theirs to give; `email_taken`. */
  create(account: AccountRequest & { role: User['role'] }, by: Actor): Promise<User>;
  setRole(name: string, role: User['role'], by: Actor): Promise<void>;
  disable(name: string, by: Actor): Promise<void>;
  enable(name: string, by: Actor): Promise<void>;
  /**
   * Their packages stay. A named heir becomes an owner of all of them; otherwise the actor of those that nobody else owns. Fault `conflict` if
   * there are such and the actor is no user. Returns who inherited how many.
   */
  remove(name: string, options: { heir?: string | undefined }, by: Actor): Promise<{ inherited: number }>;
  /** An invitation for one person, mailed if there is an address and mail. Fault `registration_off` where nobody may register. */
  invite(options: { email: string | null }, by: Actor): Promise<MadeLink & { mailed: boolean }>;
  /** Open ones, oldest first. */
  invitations(): Promise<LinkRow[]>;
  /** Fault `not_found`. */
  revokeInvitation(id: number, by: Actor): Promise<void>;
}

export interface UserAdministrationOptions {
  accounts: Pick<Accounts, 'register'>;
  users: UserStore;
  links: Pick<LinkStore, 'create' | 'invitations' | 'revokeInvitation'>;
  messenger: Messenger;
  registration: RegistrationMode;
  clock: Clock;
}

const INVITATION_LIFE = 7 * 24 * 3_600_000;
const MOST_INVITATIONS = 10_000;

export function createUserAdministration(options: UserAdministrationOptions): UserAdministration {
  const { accounts, users, links, messenger, clock } = options;

  async function find(name: string): Promise<UserRow> {
    const user = isUserName(name) ? await users.find(name) : undefined;
    if (!user) throw new Fault('not_found', 'There is no such user (any more).');
    return user;
  }

  async function change(name: string, by: Actor): Promise<{ userId: number; at: number; by: Actor }> {
    const { id } = await find(name);
    return { userId: id, at: clock(), by };
  }

  return {
    list: (query) => users.list(query),
    find,

    create: (account, by) => accounts.register({ ...account, emailVerified: true }, by),

    setRole: async (name, role, by) => users.setRole({ ...(await change(name, by)), role }),
    disable: async (name, by) => users.disable(await change(name, by)),
    enable: async (name, by) => users.enable(await change(name, by)),

    async remove(name, { heir }, by) {
      const removal = await change(name, by);
      if (heir === undefined) {
        const heirId = by.userId === removal.userId ? null : by.userId;
        return users.remove({ ...removal, heirId, inherits: 'orphans' });
      }
      const { id, disabledAt } = await find(heir);
      if (disabledAt !== null || id === removal.userId) {
        throw new Fault('bad_request', 'Packages can only go to another user who is not disabled.');
      }
      return users.remove({ ...removal, heirId: id, inherits: 'all' });
    },

    async invite({ email }, by) {
      if (options.registration === 'off') {
        throw new Fault(
          'registration_off',
          'Registration is off here, so an invitation would open nothing: set KONTOR_REGISTRATION to invite, or make the user.',
        );
      }
      if (email !== null) checkEmail(email);
      const secret = newLinkSecret();
      const at = clock();
      const expiresAt = at + INVITATION_LIFE;
      const made = await links.create({
        hash: linkHash(secret) ?? '',
        purpose: 'invitation',
        userId: null,
        email,
        at,
        expiresAt,
        most: MOST_INVITATIONS,
        by,
      });
      if (!made) throw new Fault('unavailable', 'Too many invitations are open: revoke some.');
      const mailed = email !== null && messenger.available;
      if (mailed) {
        const sealed = { to: email, secret, expiresAt };
        messenger.send({ kind: 'invitation', ...sealed, invitedBy: by.name, organisation: null });
      }
      return { secret, expiresAt, mailed };
    },

    invitations: () => links.invitations(clock()),

    async revokeInvitation(id, by) {
      if (await links.revokeInvitation({ id, at: clock(), by })) return;
      throw new Fault('not_found', 'There is no such invitation (any more).');
    },
  };
}
