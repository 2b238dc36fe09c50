import type { Principal } from '../accounts/index.ts';
import { Fault } from '../kernel/index.ts';
import { askerOf, seesRegistry } from '../policy/index.ts';
import type { RegistryRow, SeenRegistry } from './ports/index.ts';

/**
 * True for a registry that every Kontor has: it is named like its format. Its packages can be hidden, but not that it is there, so
 * people can log in at it whatever its visibility is.
 */
export function isNoSecret({ name, format }: Pick<RegistryRow, 'name' | 'format'>): boolean {
  return name === format;
}

/** What whoever may not see a registry gets: the edge answers `registry_not_found` as it answers a path where nothing is. */
export function hiddenRegistry(registry: RegistryRow, principal: Principal): Fault {
  if (!isNoSecret(registry)) {
    return new Fault('registry_not_found', `There is no registry called ${registry.name}.`);
  }
  return principal.kind === 'nobody'
    ? new Fault('unauthenticated', 'You must be logged in to use this registry: log in or send a token.')
    : new Fault('forbidden', `You are no member of the registry ${registry.name}: ask an administrator.`);
}

/** May they know of the registry, as it is now? */
export function mayEnter(seen: SeenRegistry | undefined, principal: Principal): seen is SeenRegistry {
  if (seen === undefined) return false;
  const { id, visibility, publish } = seen.row;
  // A job comes for its package.
  if (principal.kind === 'machine') {
    return visibility === 'public' || principal.grants.some(({ registryId }) => registryId === id);
  }
  return seesRegistry({ registry: { visibility, publish, role: seen.role } }, askerOf(principal));
}
