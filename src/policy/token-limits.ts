import type { Principal, SignedIn, TokenLimits, TokenScope } from '../accounts/index.ts';
import { matchesPackage, nobodyAt, scopePattern } from '../accounts/light/index.ts';
import { Fault } from '../kernel/light/index.ts';

/** A package, or a name that is free, as the limits of tokens speak of it. */
export interface Target {
  /** Name of the registry. */
  registry: string;
  name: string;
  /** Name of the organisation that owns the package; null if none does, or if they may not know. */
  organisation: string | null;
}

/** Does a read of this package count as its owner's? A token that is not for reading, or not for it, sees what nobody sees. */
export function readsAsOwner({ scopes, limits }: SignedIn, target: Target): boolean {
  return scopes.includes('read') && (limits === null || reaches(limits, target));
}

/**
 * Whose eyes search a registry or list what is in it. A token for some packages finds what is public: lists know nothing of
 * single packages.
 */
export function searcherOf(principal: Principal, registry: string): Principal {
  if (principal.kind !== 'user') return principal;
  const { scopes, limits, address } = principal;
  const isFree = limits === null || (!isForNames(limits) && isForRegistry(limits, registry));
  return scopes.includes('read') && isFree ? principal : nobodyAt(address);
}

/** Fault `forbidden` if the token may not do this, whoever its owner is; one of `scopes` is enough. */
export function tokenBar(
  { scopes, limits }: SignedIn,
  target: Target,
  needed: readonly TokenScope[],
): Fault | undefined {
  if (!needed.some((scope) => scopes.includes(scope))) {
    return new Fault(
      'forbidden',
      scopes.length === 1 && scopes[0] === 'read'
        ? `This token may only read: use one that may ${needed[0]} to change ${target.name}.`
        : `This token has not the scope ${needed.join(' or ')}: use one that has, to change ${target.name}.`,
    );
  }
  if (limits === null || reaches(limits, target)) return undefined;
  return new Fault(
    'forbidden',
    `This token is not for ${target.name} in the registry ${target.registry}: use one whose limits allow it.`,
  );
}

function reaches(limits: TokenLimits, { registry, name, organisation }: Target): boolean {
  if (!isForRegistry(limits, registry)) return false;
  if (!isForNames(limits)) return true;
  const { packages = [], organisations = [] } = limits;
  return (
    packages.some((pattern) => matchesPackage(pattern, name)) ||
    organisations.some(
      (one) => one === organisation?.toLowerCase() || matchesPackage(scopePattern(one), name),
    )
  );
}

function isForRegistry({ registries }: TokenLimits, registry: string): boolean {
  return registries === undefined || registries.includes(registry);
}

function isForNames({ packages, organisations }: TokenLimits): boolean {
  return packages !== undefined || organisations !== undefined;
}
