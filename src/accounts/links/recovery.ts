import { Fault, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import type { Messenger } from '../messages/index.ts';
import type { AccountStore, User } from '../store.ts';
import { isEmail, isUserName } from '../users/names.ts';
import { hashNewPassword } from '../users/new-account.ts';
import type { UserStore } from '../users/store.ts';
import { linkHash, newLinkSecret } from './secret.ts';
import type { LinkPurpose, LinkRow, LinkStore } from './store.ts';

/** A link that somebody hands over in their own way. */
export interface MadeLink {
  secret: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Ways back into an account, and proofs of an address. */
export interface Recovery {
  /** Does this server send mail? */
  readonly mails: boolean;
  /**
   * Sends a link for a new password to the verified address of the account, if there are such. The same answer in the same time
   * for an account that is not there. Fault `mail_off` on a server without mail.
   */
  forgot(nameOrEmail: string, address: string | null): Promise<void>;
  /** A link for a new password, for whoever asked for it to hand over. Fault `not_found`, also for a disabled user. */
  makeResetLink(name: string, by: Actor): Promise<MadeLink>;
  /** What is behind a link; undefined for one that never was, has expired or was used. */
  open(purpose: LinkPurpose, secret: string): Promise<LinkRow | undefined>;
  /** Sets the password and ends every session. Faults `link_invalid`, `password_weak`. */
  reset(secret: string, password: string, address: string | null): Promise<void>;
  /** Sends a link that proves the user's address. Faults `mail_off`, `bad_request` without an address, `rate_limited`. */
  sendVerification(user: User, by: Actor): Promise<void>;
  /**
   * The address is the user's: they have the link and have shown who they are, since a link alone may have been sent to a stranger.
   * Faults `link_invalid`, `email_taken`.
   */
  verify(secret: string, user: User, by: Actor): Promise<void>;
}

export interface RecoveryOptions {
  accounts: Pick<AccountStore, 'userByName'>;
  users: Pick<UserStore, 'byEmail' | 'find'>;
  links: LinkStore;
  messenger: Messenger;
  clock: Clock;
}

const HOUR = 3_600_000;
/** A link that is mailed arrives at once; one that is handed over may lie in somebody's inbox over night. */
const LIVES = { mailed: HOUR, handed: 24 * HOUR, verification: 24 * HOUR };
/** So many mails an hour nobody has to delete who did not ask for them. */
const MOST_OF_A_USER = 3;
const MOST_OF_NOBODY = 10_000;

export function createRecovery({ accounts, users, links, messenger, clock }: RecoveryOptions): Recovery {
  async function make(
    purpose: LinkPurpose,
    user: { id: number } | undefined,
    { email, life, most, by }: { email: string | null; life: number; most: number; by: Actor },
  ): Promise<MadeLink | undefined> {
    const secret = newLinkSecret();
    const at = clock();
    const expiresAt = at + life;
    const hash = linkHash(secret) ?? '';
    const userId = user?.id ?? null;
    const made = await links.create({ hash, purpose, userId, email, at, expiresAt, most, by });
    return made ? { secret, expiresAt } : undefined;
  }

  /** One query, whatever it is asked for. */
  async function whoForgot(nameOrEmail: string): Promise<User | undefined> {
    if (isUserName(nameOrEmail)) {
      const user = await users.find(nameOrEmail);
      return user?.emailVerified === true && user.disabledAt === null ? user : undefined;
    }
    const user = isEmail(nameOrEmail) ? await users.byEmail(nameOrEmail) : undefined;
    return user?.disabledAt === null ? user : undefined;
  }

  return {
    mails: messenger.available,

    async forgot(nameOrEmail, address) {
      if (!messenger.available) throw mailOff('ask an administrator for a link');
      const user = await whoForgot(nameOrEmail);
      const to = user?.email ?? null;
      // For nobody a link is made too, which opens nothing: the answer takes as long.
      const link = await make('reset', user, {
        email: to,
        life: LIVES.mailed,
        most: user ? MOST_OF_A_USER : MOST_OF_NOBODY,
        by: { userId: null, name: null, via: 'nobody', address },
      });
      if (user && to !== null && link) messenger.send({ kind: 'reset', to, user: user.name, ...link });
    },

    async makeResetLink(name, by) {
      const user = isUserName(name) ? await accounts.userByName(name) : undefined;
      if (!user || user.disabledAt !== null) {
        throw new Fault('not_found', 'There is no such user, or they are disabled.');
      }
      const link = await make('reset', user, { email: null, life: LIVES.handed, most: MOST_OF_NOBODY, by });
      if (!link) throw new Fault('unavailable', 'Too many links are open: try again later.');
      return link;
    },

    async open(purpose, secret) {
      const hash = linkHash(secret);
      return hash === undefined ? undefined : links.find({ hash, purpose, now: clock() });
    },

    async reset(secret, password, address) {
      const hash = linkHash(secret);
      const link =
        hash === undefined ? undefined : await links.find({ hash, purpose: 'reset', now: clock() });
      if (hash === undefined || !link?.user) throw linkInvalid();
      const passwordHash = await hashNewPassword(password, link.user.name);
      const by = { userId: null, name: null, via: `link:${link.id}`, address };
      await links.resetPassword({ hash, passwordHash, at: clock(), by });
    },

    async sendVerification(user, by) {
      if (!messenger.available) throw mailOff('ask an administrator to vouch for your address');
      const { email: to } = user;
      if (to === null) throw new Fault('bad_request', 'Your account has no e-mail address: set one first.');
      const options = { email: to, life: LIVES.verification, most: MOST_OF_A_USER, by };
      const link = await make('verification', user, options);
      if (!link) throw new Fault('rate_limited', 'Three mails are on their way already: look for them.');
      messenger.send({ kind: 'verification', to, user: user.name, ...link });
    },

    async verify(secret, user, by) {
      const hash = linkHash(secret);
      if (hash === undefined) throw linkInvalid();
      await links.verifyEmail({ hash, userId: user.id, at: clock(), by });
    },
  };
}

function linkInvalid(): Fault {
  return new Fault('link_invalid', 'This link has expired or was used already: ask for a new one.');
}

function mailOff(advice: string): Fault {
  return new Fault('mail_off', `This server sends no mail: ${advice}.`);
}
