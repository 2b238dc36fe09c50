import type { Principal } from '../accounts/index.ts';

/** What a read of a package is judged by. */
export interface ReadFacts {
  principal: Principal;
  visibility: 'public' | 'private';
  /** Asked only where the answer depends on it. */
  owners: () => Promise<readonly number[]>;
}

/** May this principal know that the package exists? If not, every answer must be the one for a package that does not. */
export async function mayRead({ principal, visibility, owners }: ReadFacts): Promise<boolean> {
  if (visibility === 'public') return true;
  if (principal.kind === 'nobody') return false;
  return principal.user.role === 'administrator' || (await owners()).includes(principal.user.id);
}

/** Who searches: an administrator sees everything, a user what is public or theirs, nobody what is public. */
export function readerId(principal: Principal): number | 'all' | null {
  if (principal.kind === 'nobody') return null;
  return principal.user.role === 'administrator' ? 'all' : principal.user.id;
}
