import { Fault } from '../kernel/index.ts';
import type { TokenScope, User } from './store.ts';

/** Somebody whose credentials are good. */
export interface SignedIn {
  kind: 'user';
  user: User;
  scopes: TokenScope[];
  /** The token that they showed, or null for a password. */
  tokenId: number | null;
}

/** Who asks, and what the key in their hand allows. */
export type Principal = { kind: 'nobody' } | SignedIn;

export const nobody: Principal = { kind: 'nobody' };

/** Fault `forbidden` for a token that may only read: it must not become one that may do more. */
export function assertMayChangeAccount({ scopes }: SignedIn): void {
  if (scopes.includes('publish')) return;
  throw new Fault('forbidden', 'This token may only read: use one that may publish to change your account.');
}
