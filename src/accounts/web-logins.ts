import { randomBytes } from 'node:crypto';
import { Fault, sha256Hex, type Clock } from '../kernel/index.ts';
import type { Actor } from '../ledger/index.ts';
import type { AccountStore, User } from './store.ts';
import { hashToken, newToken, tokenPrefix, type TokenScope } from './tokens/index.ts';
import type { WebLogin } from './web-login-store.ts';

/** The two secrets of a login, 256 bits each in base64url: whoever has `done` gets the token, `page` only lets one log in. */
export interface StartedWebLogin {
  page: string;
  done: string;
}

/** Logins that a client starts, a person completes in a browser, and the client fetches the token of. */
export interface WebLogins {
  /** Fault `unavailable` if very many are under way. */
  startWebLogin(request: WebLogin): Promise<StartedWebLogin>;
  /** The login of this page; undefined for one that never was, has expired or is completed. */
  openWebLogin(page: string): Promise<WebLogin | undefined>;
  /** Makes the login this user's. False if it is not open (any more). */
  approveWebLogin(page: string, user: User, by: Actor): Promise<boolean>;
  /** Hands out the token of a completed login, once. Fault `not_found` for one that never was, has expired or was fetched. */
  redeemWebLogin(
    done: string,
    token: { name: string; scopes: readonly TokenScope[] },
    address: string | null,
  ): Promise<{ state: 'waiting' } | { state: 'done'; token: string }>;
}

/** A person finds their password within this time, milliseconds. */
const LIFE = 10 * 60_000;
/** Anybody may start a login, so that their number has an end. */
const MOST = 10_000;

const SECRET = /^[\w-]{43}$/;

export function createWebLogins(store: AccountStore, clock: Clock): WebLogins {
  return {
    async startWebLogin({ create, client }) {
      const started = { page: newSecret(), done: newSecret() };
      const at = clock();
      await store.startWebLogin({
        pageHash: sha256Hex(started.page),
        doneHash: sha256Hex(started.done),
        create,
        client: printable(client),
        at,
        expiresAt: at + LIFE,
        most: MOST,
      });
      return started;
    },

    async openWebLogin(page) {
      return SECRET.test(page) ? store.openWebLogin(sha256Hex(page), clock()) : undefined;
    },

    async approveWebLogin(page, user, { via }) {
      if (!SECRET.test(page)) return false;
      return store.approveWebLogin({ pageHash: sha256Hex(page), userId: user.id, via, at: clock() });
    },

    async redeemWebLogin(done, { name, scopes }, address) {
      const doneHash = sha256Hex(done);
      const state = SECRET.test(done) ? await store.webLoginState(doneHash, clock()) : undefined;
      if (state === 'waiting') return { state };
      if (state === undefined) throw gone();
      const token = newToken();
      const redeemed = await store.redeemWebLogin({
        doneHash,
        address,
        token: {
          hash: hashToken(token),
          prefix: tokenPrefix(token),
          name,
          scopes: [...scopes],
          at: clock(),
          expiresAt: null,
        },
      });
      if (!redeemed) throw gone();
      return { state: 'done', token };
    },
  };
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What a client says of itself, fit to be shown to the person who decides. */
function printable(client: string): string {
  return client.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').slice(0, 200);
}

function gone(): Fault {
  return new Fault('not_found', 'This login has expired or is completed: start again with npm login.');
}
