import { randomBytes } from 'node:crypto';
import { Fault, sha256Hex, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import { signedInWithPassword, type SignedIn } from '../principal.ts';
import type { User } from '../store.ts';
import { looksLikeJwt, signSession, verifySession } from './jwt.ts';
import type { SessionSecrets } from './secrets.ts';
import type { SessionRow, SessionStore } from './store.ts';

/** A session lives this long, milliseconds. */
export const SESSION_LIFE = 24 * 3_600_000;

export interface StartedSession {
  id: number;
  /** A JWT; shown now and never again. */
  token: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** What people have after a log-in: a JWT whose session can be ended at any time, at once on every replica. */
export interface Sessions {
  /** For a user whose identity was checked; `client` is what their program calls itself. */
  start(user: User, client: string, by: Actor): Promise<StartedSession>;
  /** Fault `token_invalid`, the same for every session that is none (any more). */
  authenticate(token: string, address: string | null): Promise<SignedIn>;
  /** Ends a session: whoever has it may. Whether there was one is not told. */
  logout(token: string, address: string | null): Promise<void>;
  /** The user's open sessions, newest first. */
  of(user: User): Promise<SessionRow[]>;
  /** Fault `not_found` if the user has no such session. */
  end(user: User, id: number, by: Actor): Promise<void>;
}

export interface SessionOptions {
  store: SessionStore;
  clock: Clock;
  /** Asked once, when the first session is started or looked at. */
  secrets: () => Promise<SessionSecrets>;
  /** Names this store: a token of another one with the same secret is none of ours. */
  issuer: string;
}

export function createSessions({ store, clock, secrets: load, issuer }: SessionOptions): Sessions {
  let loaded: Promise<SessionSecrets> | undefined;
  const secrets = () =>
    (loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    }));

  async function claimsOf(token: string): Promise<{ sub: string; sid: string } | undefined> {
    if (!looksLikeJwt(token)) return undefined;
    const { current, previous } = await secrets();
    const now = clock();
    const rules = { issuer, now, longest: SESSION_LIFE };
    const claims = await verifySession(token, current, rules);
    if (claims !== 'signature') return claims;
    const former = previous && now < previous.until && (await verifySession(token, previous.key, rules));
    return former === null || former === false || former === 'signature' ? undefined : former;
  }

  return {
    async start(user, client, by) {
      const sid = randomBytes(24).toString('base64url');
      // A JWT counts in seconds.
      const at = Math.floor(clock() / 1000) * 1000;
      const expiresAt = at + SESSION_LIFE;
      const { current } = await secrets();
      const id = await store.start({
        userId: user.id,
        sidHash: sha256Hex(sid),
        client: printable(client),
        address: by.address,
        at,
        expiresAt,
        by,
      });
      const token = await signSession({ sub: user.name, sid, iss: issuer, issuedAt: at, expiresAt }, current);
      return { id, token, expiresAt };
    },

    async authenticate(token, address) {
      const claims = await claimsOf(token);
      const found = claims && (await store.find(sha256Hex(claims.sid)));
      if (
        !found ||
        found.expiresAt <= clock() ||
        found.user.disabledAt !== null ||
        found.user.name !== claims.sub
      ) {
        throw new Fault('token_invalid', 'This session is not valid (any more): log in again.');
      }
      const { id, user, expiresAt } = found;
      return { ...signedInWithPassword(user, address), via: `session:${id}`, expiresAt };
    },

    async logout(token, address) {
      const claims = await claimsOf(token);
      const found = claims && (await store.find(sha256Hex(claims.sid)));
      if (!found) return;
      const { id, user } = found;
      const by = { userId: user.id, name: user.name, via: `session:${id}`, address };
      await store.end({ id, userId: user.id, at: clock(), by });
    },

    of: (user) => store.of(user.id, clock()),

    async end(user, id, by) {
      if (await store.end({ id, userId: user.id, at: clock(), by })) return;
      throw new Fault('not_found', 'You have no such session (any more).');
    },
  };
}

/** The session by which a principal has come, if it was one: `via` names it. */
export function sessionIdOf({ via }: Pick<SignedIn, 'via'>): number | undefined {
  const id = /^session:(\d+)$/.exec(via)?.[1];
  return id === undefined ? undefined : Number(id);
}

/** What a client says of itself, fit to be shown to the user in a list. */
function printable(client: string): string {
  return client.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').slice(0, 200);
}
