import { randomBytes } from 'node:crypto';
import { Fault, sha256Hex, type Clock } from '../../kernel/index.ts';
import type { AccountStore, User } from '../store.ts';
import type { SecondFactorStore } from './store.ts';

/** A page that somebody looks at, and whose second factor it waits for or has seen. */
export interface OpenFactorPrompt {
  user: User;
  purpose: 'client' | 'page';
  passed: boolean;
}

/**
 * A second factor that is shown in a browser. A client that was refused sends a person to `page` and polls `done` for a pass,
 * which it then sends as a one-time password; or a page of ours goes on by itself once its prompt is passed. The secrets are
 * 256 bits in base64url.
 */
export interface FactorPrompts {
  startClientPrompt(user: User): Promise<{ page: string; done: string }>;
  /** `passed`: there is nothing (more) to show. Returns the page's secret. */
  startPagePrompt(user: User, passed: boolean): Promise<string>;
  /** Undefined for one that never was or has expired, and for a user who is disabled by now. */
  openPrompt(page: string): Promise<OpenFactorPrompt | undefined>;
  /** To be called once the factor was right. False if the prompt is not waiting (any more). */
  passPrompt(page: string): Promise<boolean>;
  /** Hands out the pass of an answered prompt, once. Fault `not_found` for one that never was, has expired or was fetched. */
  redeemPrompt(done: string): Promise<{ state: 'waiting' } | { state: 'done'; pass: string }>;
}

/** A person finds their phone within this time, and then has it again to change their factors; milliseconds. */
const PROMPT_LIFE = 10 * 60_000;
/** A client uses its pass at once. */
const PASS_LIFE = 60_000;
const MOST = 20;

const SECRET = /^[\w-]{43}$/;

/** True for what could be a pass, and is no code of an app or on paper. */
export function looksLikePass(text: string): boolean {
  return SECRET.test(text);
}

export function createPrompts(
  store: SecondFactorStore,
  users: Pick<AccountStore, 'userById'>,
  clock: Clock,
): FactorPrompts {
  async function start(user: User, purpose: 'client' | 'page', passed: boolean) {
    const at = clock();
    const secrets = { page: newSecret(), done: newSecret() };
    await store.startPrompt({
      userId: user.id,
      purpose,
      passed,
      pageHash: sha256Hex(secrets.page),
      doneHash: purpose === 'client' ? sha256Hex(secrets.done) : null,
      at,
      expiresAt: at + PROMPT_LIFE,
      most: MOST,
    });
    return secrets;
  }

  return {
    startClientPrompt: (user) => start(user, 'client', false),

    startPagePrompt: async (user, passed) => (await start(user, 'page', passed)).page,

    async openPrompt(page) {
      const found = SECRET.test(page) ? await store.openPrompt(sha256Hex(page), clock()) : undefined;
      const user = found && (await users.userById(found.userId));
      if (!found || !user || user.disabledAt !== null) return undefined;
      return { user, purpose: found.purpose, passed: found.passed };
    },

    async passPrompt(page) {
      const at = clock();
      return (
        SECRET.test(page) && store.passPrompt({ pageHash: sha256Hex(page), at, expiresAt: at + PROMPT_LIFE })
      );
    },

    async redeemPrompt(done) {
      const doneHash = sha256Hex(done);
      const at = clock();
      const state = SECRET.test(done) ? await store.promptState(doneHash, at) : undefined;
      if (state === 'waiting') return { state };
      const pass = newSecret();
      const redemption = { doneHash, passHash: sha256Hex(pass), at, expiresAt: at + PASS_LIFE };
      if (state === undefined || !(await store.redeemPrompt(redemption))) throw gone();
      return { state: 'done', pass };
    },
  };
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function gone(): Fault {
  return new Fault('not_found', 'This request for a second factor has expired or was answered: try again.');
}
