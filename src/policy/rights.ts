import type { Principal } from '../accounts/index.ts';
import { actsAsAdministrator, atLeast } from '../accounts/light/index.ts';
import type { Standing } from './standing.ts';
import { searcherOf } from './token-limits.ts';

/** What somebody may do with a package, least first: nothing, read it, publish versions and tags, or everything. */
export type Right = 'none' | 'read' | 'write' | 'manage';

const order: readonly Right[] = ['none', 'read', 'write', 'manage'];

/** Whose rights are asked for; `userId` null for nobody. */
export interface Asker {
  userId: number | null;
  administrator: boolean;
}

/** An administrator's token has their powers only if it was made with the scope `admin`. */
export function askerOf(principal: Principal): Asker {
  // What a machine may is a matter of the one package that trusts it: see machine.ts.
  if (principal.kind !== 'user') return { userId: null, administrator: false };
  return { userId: principal.user.id, administrator: actsAsAdministrator(principal) };
}

/** May they know that the registry exists? If not, it must look to them as if there were none. */
export function seesRegistry({ registry }: Pick<Standing, 'registry'>, asker: Asker): boolean {
  if (asker.administrator || registry.visibility === 'public') return true;
  return registry.visibility === 'internal' ? asker.userId !== null : registry.role !== null;
}

/** The one rule on existing packages, for reads and, inside the transaction, for writes. */
export function rightOn(standing: Standing, asker: Asker): Right {
  const { package: facts, registry } = standing;
  if (facts === null || !seesRegistry(standing, asker)) return 'none';
  if (asker.administrator || facts.owner || atLeast(registry.role, 'maintainer')) return 'manage';
  if (atLeast(facts.role, 'maintainer')) return 'manage';
  if (atLeast(facts.role, 'publisher') || facts.team === 'write') return 'write';
  if (facts.role !== null || facts.team !== null || facts.visibility === 'public') return 'read';
  return facts.visibility === 'internal' && asker.userId !== null ? 'read' : 'none';
}

/** True if `right` is enough where `least` is asked for. */
export function isEnough(right: Right, least: Right): boolean {
  return order.indexOf(right) >= order.indexOf(least);
}

/** Why somebody may not publish under a name that is free: the setting of the registry, or the owner of the scope. */
export type CreationBar = 'administrators' | 'members' | 'scope';

/** Null if they may publish under a name that is free. */
export function creationBar({ registry, scope }: Standing, asker: Asker): CreationBar | null {
  if (asker.administrator) return null;
  if (registry.publish === 'admins') return 'administrators';
  if (registry.publish === 'members' && !atLeast(registry.role, 'publisher')) return 'members';
  return scope !== null && !atLeast(scope.role, 'publisher') ? 'scope' : null;
}

/** May they know that the package exists? If not, every answer must be the one for a package that does not. */
export function mayRead(standing: Standing, asker: Asker): boolean {
  return rightOn(standing, asker) !== 'none';
}

/** Who searches a registry: an administrator sees everything, a user what is theirs to see, nobody what is public. */
export function readerId(principal: Principal, registry: string): number | 'all' | null {
  const { userId, administrator } = askerOf(searcherOf(principal, registry));
  return administrator ? 'all' : userId;
}
