import { Fault } from '../kernel/light/index.ts';
import type { Actor } from '../ledger/index.ts';
import type { Machine } from './machines/index.ts';
import type { User } from './store.ts';
import { limitsNames, scopesOf, type TokenLimits, type TokenScope } from './tokens/index.ts';

/** Somebody whose credentials are good. */
export interface SignedIn {
  kind: 'user';
  user: User;
  scopes: TokenScope[];
  /** The token that they showed, or null for a password. */
  tokenId: number | null;
  /** What narrows that token; null if nothing does. */
  limits: TokenLimits | null;
  /** When what they showed ends; null if it does not end by itself. */
  expiresAt: number | null;
  /** True for a robot's token, whose writes ask for no second factor. */
  bypassSecondFactor: boolean;
  /** How they showed who they are; see `Actor`. */
  via: string;
  /** The client's address as the edge knows it. */
  address: string | null;
}

export interface Nobody {
  kind: 'nobody';
  address: string | null;
}

/** Who asks, and what the key in their hand allows. */
export type Principal = Nobody | SignedIn | Machine;

export function nobodyAt(address: string | null): Nobody {
  return { kind: 'nobody', address };
}

/** The principal as the record names them. */
export function actorOf(principal: Principal): Actor {
  const { address } = principal;
  if (principal.kind === 'nobody') return { userId: null, name: null, via: 'nobody', address };
  if (principal.kind === 'machine') {
    const via = `trusted:${principal.grants[0]?.trustId ?? ''}`;
    return { userId: null, name: principal.label, via, address };
  }
  const { user, via } = principal;
  return { userId: user.id, name: user.name, via, address };
}

/** Somebody who showed their password with this very request. */
export function signedInWithPassword(user: User, address: string | null): SignedIn {
  return {
    kind: 'user',
    user,
    scopes: scopesOf(user),
    tokenId: null,
    limits: null,
    expiresAt: null,
    bypassSecondFactor: false,
    via: 'password',
    address,
  };
}

/** A user for whom the operator's own program acts; `via` as in `Actor`. Nobody is asked for a second factor. */
export function actingAs(user: User, via: string): SignedIn {
  return { ...signedInWithPassword(user, null), bypassSecondFactor: true, via };
}

/** A user who has just shown their password. */
export function byPassword({ id, name }: User, address: string | null): Actor {
  return { userId: id, name, via: 'password', address };
}

/** Fault `forbidden` for a token that may only read, or only reaches some packages: it must not become one that may do more. */
export function assertMayChangeAccount({ scopes, limits }: SignedIn): void {
  if (!scopes.includes('publish')) {
    throw new Fault(
      'forbidden',
      'This token may only read: use one that may publish to change your account.',
    );
  }
  if (limits !== null && limitsNames(limits)) {
    throw new Fault(
      'forbidden',
      'This token is for some packages only: use one without such limits to change your account.',
    );
  }
}

/** May they use the powers of an administrator? A token that was not made for that has none of them. */
export function actsAsAdministrator({ user, scopes }: SignedIn): boolean {
  return user.role === 'administrator' && scopes.includes('admin');
}
