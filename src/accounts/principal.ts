import type { TokenScope, User } from './store.ts';

/** Who asks, and what the key in their hand allows. */
export type Principal =
  | { kind: 'nobody' }
  | {
      kind: 'user';
      user: User;
      scopes: TokenScope[];
      /** The token that they showed, or null for a password. */
      tokenId: number | null;
    };

export const nobody: Principal = { kind: 'nobody' };
