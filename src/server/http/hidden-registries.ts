import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../accounts/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';
import { isNoSecret, mayEnter, type RegistryRow, type Rights } from '../../registry/index.ts';
import { targetOf } from './contest.ts';
import type { Doors } from './doors.ts';
import { destinationOf } from './paths.ts';
import type { RegistryTable } from './registries.ts';

/** What a path gets where nothing is; a registry that the client may not see must give the very same. */
export function nothingAt(request: FastifyRequest): Fault {
  return new Fault('not_found', `There is nothing at ${request.originalUrl.slice(0, 200)}.`);
}

/** What tells where a path leads, and whom it lets in. */
export interface KnownPlaces {
  registries: RegistryTable;
  doors: Doors;
  rights: Rights;
}

/**
 * The registry that a path names, if the client may see it, else undefined. A path without a registry takes the same steps and queries
 * as one whose registry is hidden. Credentials that are no good are as none here.
 */
export async function enterRegistry(
  request: FastifyRequest,
  { registries, rights, doors }: KnownPlaces,
): Promise<RegistryRow | undefined> {
  const { registry: name } = destinationOf(targetOf(request), registries, doors);
  const principal = await goodOrNobody(request);
  await registries.refresh();
  const seen = await rights.registry(name, principal.kind === 'user' ? principal.user.id : null);
  if (!mayEnter(seen, principal)) return undefined;
  // Asked once, counted once.
  request.principal = () => Promise.resolve(principal);
  return seen.row;
}

/** True if what a client gets from this registry depends on who it is. */
export function isGuarded(registry: RegistryRow): boolean {
  return registry.visibility !== 'public' && !isNoSecret(registry);
}

async function goodOrNobody(request: FastifyRequest): Promise<Principal> {
  try {
    return await request.principal();
  } catch (error) {
    if (isFault(error) && error.status === 401) return { kind: 'nobody', address: request.clientAddress };
    throw error;
  }
}
