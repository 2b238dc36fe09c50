import { randomBytes } from 'node:crypto';
import { Fault, isFault, sha256Hex, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import type { OrganisationStore } from '../organisations/index.ts';
import { hashPassword } from '../passwords.ts';
import { withoutPassword } from '../log-in.ts';
import type { AccountStore, User } from '../store.ts';
import { isEmail } from '../users/names.ts';
import { assertFreeForAll } from '../users/reserved.ts';
import type { UserStore } from '../users/store.ts';
import { groupsOf, wantedMemberships, type GroupRule } from './groups.ts';
import { applyMemberships } from './membership.ts';
import { namesFor } from './names.ts';
import type { PersonClaims, SignOnProvider } from './provider.ts';
import type { ForeignIdentity, SignOnStore } from './store.ts';

export interface SignOnPolicy {
  /** May somebody whom the provider knows, and we do not, become a user? */
  provisioning: boolean;
  /** The claim that names groups. */
  groupsClaim: string;
  /** Who is in it is an administrator, who is not is none; undefined: the provider has no say in that. */
  adminGroup: string | undefined;
  groups: readonly GroupRule[];
}

export interface SignOnParts {
  provider: SignOnProvider;
  store: SignOnStore;
  accounts: Pick<AccountStore, 'userById'>;
  users: Pick<UserStore, 'byEmail' | 'setRole'>;
  organisations: OrganisationStore;
  clock: Clock;
  policy: SignOnPolicy;
  /** Told what an operator should mend. */
  warn: (message: string) => void;
}

export interface StartedSignOn {
  /** Where the browser goes. */
  url: URL;
  /** For a cookie: whoever comes back must have it. */
  browser: string;
}

/** Log-ins of people at an OpenID provider (OpenID Connect Core section 3.1). */
export interface SignOn {
  /** `goal`: what the caller wants to know again at the end. Fault `issuer_failed` if the provider cannot be asked. */
  start(goal: string, callback: string): Promise<StartedSignOn>;
  /**
   * Who came back. Faults `sign_on_failed` (with a sentence for them; nothing is told apart that would help to forge) and `issuer_failed`.
   */
  finish(
    callbackUrl: URL,
    browser: string,
    address: string | null,
  ): Promise<{ user: User; goal: string; by: Actor }>;
}

/** A person finds their password within this time, milliseconds. */
export const SIGN_ON_LIFE = 10 * 60_000;
/** Anybody may start one. */
const MOST = 10_000;
const SECRET = /^[\w-]{43}$/;

export function createSignOn(parts: SignOnParts): SignOn {
  const { provider, store, clock } = parts;
  return {
    async start(goal, callback) {
      const secrets = { state: newSecret(), nonce: newSecret(), verifier: newSecret() };
      const browser = newSecret();
      const url = await provider.authorizationUrl(secrets, callback);
      const at = clock();
      const { nonce, verifier } = secrets;
      await store.startSignOn({
        stateHash: sha256Hex(secrets.state),
        browserHash: sha256Hex(browser),
        nonce,
        verifier,
        goal,
        at,
        expiresAt: at + SIGN_ON_LIFE,
        most: MOST,
      });
      return { url, browser };
    },

    async finish(callbackUrl, browser, address) {
      const state = callbackUrl.searchParams.get('state') ?? '';
      const begun =
        SECRET.test(state) && SECRET.test(browser)
          ? await store.takeSignOn({
              stateHash: sha256Hex(state),
              browserHash: sha256Hex(browser),
              at: clock(),
            })
          : undefined;
      if (begun === undefined) {
        throw new Fault(
          'sign_on_failed',
          'This log-in was not begun in this browser, has expired or was used already: start again.',
        );
      }
      const { goal, nonce, verifier } = begun;
      const claims = await provider.person(callbackUrl, { state, nonce, verifier });
      const found = await findOrMake(parts, claims, address);
      if (found.disabledAt !== null) {
        throw new Fault('sign_on_failed', 'Your account here is disabled: ask an administrator.');
      }
      const by = actorFor(found, address);
      await applyGroups(parts, found, claims, by);
      const user = (await parts.accounts.userById(found.id)) ?? found;
      return { user, goal, by };
    },
  };
}

async function findOrMake(parts: SignOnParts, claims: PersonClaims, address: string | null): Promise<User> {
  const { provider, store, users, policy, clock } = parts;
  const identity = { issuer: provider.issuer, subject: claims.sub };
  const known = await store.userOf(identity);
  if (known !== undefined) return known;
  const email = verifiedEmail(claims);
  const owner = email === undefined ? undefined : await users.byEmail(email);
  if (owner !== undefined) {
    const user = withoutPassword(owner);
    return store.linkIdentity({ identity, userId: user.id, at: clock(), by: actorFor(user, address) });
  }
  if (policy.provisioning) return provision(parts, identity, claims, address);
  throw new Fault(
    'sign_on_failed',
    'You have no account here, and single sign-on makes none: ask an administrator for one with your e-mail address.',
  );
}

/** The first name that is free; another one who takes it meanwhile leaves the next. */
async function provision(
  { store, clock, users }: SignOnParts,
  identity: ForeignIdentity,
  claims: PersonClaims,
  address: string | null,
): Promise<User> {
  // Nobody knows it: they get in by the provider, or by a link for a new password.
  const passwordHash = await hashPassword(newSecret());
  const email = verifiedEmail(claims) ?? null;
  const free = email !== null && (await users.byEmail(email)) === undefined;
  for (const name of namesFor(claims)) {
    try {
      assertFreeForAll(name);
      return await store.provisionUser({
        identity,
        user: {
          name,
          email: free ? email : null,
          emailVerified: free,
          role: 'user',
          passwordHash,
          at: clock(),
          by: { userId: null, name: null, via: 'single-sign-on', address },
        },
      });
    } catch (error) {
      if (!isFault(error, 'user_exists') && !isFault(error, 'user_name_invalid')) throw error;
    }
  }
  throw new Fault(
    'sign_on_failed',
    'Every name like yours is taken here: ask an administrator for an account.',
  );
}

/** An address that the provider has not verified could be anybody's. */
function verifiedEmail({ email, email_verified: verified }: PersonClaims): string | undefined {
  return verified === true && typeof email === 'string' && isEmail(email) ? email : undefined;
}

async function applyGroups(
  { users, organisations, policy, clock, warn }: SignOnParts,
  user: User,
  claims: PersonClaims,
  by: Actor,
): Promise<void> {
  const groups = groupsOf(claims, policy.groupsClaim);
  const at = clock();
  if (policy.adminGroup !== undefined) {
    const role = groups.has(policy.adminGroup) ? 'administrator' : 'user';
    try {
      if (role !== user.role) await users.setRole({ userId: user.id, role, at, by });
    } catch (error) {
      if (!isFault(error, 'last_administrator')) throw error;
      warn(`${user.name} is not in the group of administrators any more, but is the last one and stays it`);
    }
  }
  await applyMemberships(organisations, user.id, wantedMemberships(policy.groups, groups), { at, by, warn });
}

function actorFor({ id, name }: User, address: string | null): Actor {
  return { userId: id, name, via: 'single-sign-on', address };
}

/** 256 bits. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
