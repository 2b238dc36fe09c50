import { Fault } from '../../kernel/light/index.ts';
import type { SignedIn } from '../principal.ts';
import type { User } from '../store.ts';
import { limitsCover, readLimits, type TokenLimits } from './limits.ts';
import type { TokenShape } from './secret.ts';
import type { TokenScope } from './store.ts';

/** What a person's own token may do, as a login gives it: all that package managers ask for. */
export const EVERYDAY_SCOPES: readonly TokenScope[] = ['read', 'publish', 'yank'];

/** All that a user may do, as a password shows it. */
export function scopesOf({ role }: Pick<User, 'role'>): TokenScope[] {
  return role === 'administrator' ? [...EVERYDAY_SCOPES, 'admin'] : [...EVERYDAY_SCOPES];
}

export interface TokenRequest {
  /** What its owner calls it; at most 100 characters. */
  name: string;
  /** What it is for; at most 500 characters. */
  description?: string | null;
  scopes: readonly TokenScope[];
  /** As it was asked for; left out, or null, for none. */
  limits?: TokenLimits | null;
  /** True for a robot's token: writes with it ask for no second factor. */
  bypassSecondFactor?: boolean;
  /** Milliseconds since the epoch, or null for a token that lives until it is revoked. */
  expiresAt: number | null;
  /** What it looks like; `kontor` unless said otherwise. */
  shape?: TokenShape;
}

const NAME = /^[^\p{Cc}\p{Cs}]{1,100}$/u;
const DESCRIPTION = /^[^\p{Cc}\p{Cs}]{1,500}$/u;

/** The limits in their one form. Fault `bad_request` for what makes no sense, `forbidden` for `admin` where the user is none. */
export function checkTokenRequest(request: TokenRequest, user: User, now: number): TokenLimits | null {
  const { name, description, scopes, limits, expiresAt } = request;
  if (!NAME.test(name)) throw badText("A token's name", 100);
  if (typeof description === 'string' && !DESCRIPTION.test(description)) {
    throw badText("A token's description", 500);
  }
  if (scopes.length === 0) {
    throw new Fault('bad_request', 'A token needs at least one scope: read, publish, yank or admin.');
  }
  if (expiresAt !== null && expiresAt <= now) {
    throw new Fault('bad_request', "A token's expiry must lie in the future.");
  }
  if (scopes.includes('admin') && user.role !== 'administrator') {
    throw new Fault('forbidden', 'Only administrators have tokens with the scope admin.');
  }
  return readLimits(limits ?? {});
}

/** What speaks for the holder of a token beside it. */
export interface Shown {
  /** Their password, and with it that they are no robot. */
  password?: boolean;
}

/** Fault `forbidden` if a token that was shown would become one that may more than itself. */
export function assertMayIssue(
  holder: SignedIn,
  { scopes, bypassSecondFactor = false, expiresAt }: TokenRequest,
  limits: TokenLimits | null,
  { password = false }: Shown,
): void {
  if (holder.tokenId === null) return;
  if (!holder.scopes.includes('publish')) {
    throw new Fault('forbidden', 'This token may only read: use one that may publish to make another one.');
  }
  const missing = scopes.find((scope) => !holder.scopes.includes(scope));
  if (missing !== undefined) {
    throw more(`has not the scope ${missing}`, 'ask for less, or log in with your password');
  }
  if (holder.expiresAt !== null && (expiresAt === null || expiresAt > holder.expiresAt)) {
    throw more('ends earlier', `let the new one end by ${new Date(holder.expiresAt).toISOString()}`);
  }
  if (!limitsCover(holder.limits, limits)) {
    throw more('is limited', 'give the new one the same limits or narrower ones');
  }
  if (bypassSecondFactor && !holder.bypassSecondFactor && !password) {
    throw more('does not bypass the second factor', 'log in with your password');
  }
}

function more(why: string, what: string): Fault {
  return new Fault(
    'forbidden',
    `A token cannot make one that may more than itself: this one ${why}; ${what}.`,
  );
}

function badText(what: string, most: number): Fault {
  return new Fault(
    'bad_request',
    `${what} must have 1 to ${most} characters, none of them a control character.`,
  );
}
