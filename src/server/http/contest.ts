import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../accounts/index.ts';
import { isFault } from '../../kernel/index.ts';
import type { RegistryRow } from '../../registry/index.ts';
import type { Contender, RootDoor } from './doors.ts';
import type { Target } from './paths.ts';
import type { RegistryTable } from './registries.ts';

/** Does a registry have a package of this name that the asker may see? Asks no upstream. */
export type HasPackage = (registry: RegistryRow, name: string, principal: Principal) => Promise<boolean>;

/** Where requests were sent on to. Whatever is decided holds for one request: the next one may find the name elsewhere. */
const decisions = new WeakMap<IncomingMessage, RootDoor>();

/** What of a request tells where it leads, with what was decided on it. */
export function targetOf({ raw, originalUrl, method }: FastifyRequest): Target {
  return { url: originalUrl, method, decided: decisions.get(raw) };
}

/** The same before the framework has seen it. */
export function rawTarget(raw: IncomingMessage): Target {
  return { url: raw.url ?? '/', method: raw.method ?? 'GET', decided: decisions.get(raw) };
}

export function decide({ raw }: FastifyRequest, door: RootDoor): void {
  decisions.set(raw, door);
}

/** True for a request that came to its door because others do not have the package: its answer must not outlive that. */
export function wasDecided({ raw }: FastifyRequest): boolean {
  return decisions.has(raw);
}

/**
 * Who gets a path at the root that several doors take: the first one whose registry has the package, as far as the asker can tell; if
 * none has it, the first one, which says so in its own words. A package that they may not see counts as one that is not there.
 */
export async function winnerOf(
  contenders: readonly Contender[],
  request: FastifyRequest,
  { registries, has }: { registries: Pick<RegistryTable, 'get'>; has: HasPackage },
): Promise<RootDoor | undefined> {
  const principal = await askerOrNobody(request);
  for (const { door, name } of contenders) {
    if (name === undefined) continue;
    const registry = registries.get(door.atRoot.registry);
    if (registry !== undefined && (await has(registry, name, principal))) return door;
  }
  return contenders[0]?.door;
}

/** Credentials that are no good are for the door to refuse. */
async function askerOrNobody(request: FastifyRequest): Promise<Principal> {
  try {
    const principal = await request.principal();
    // Asked once, counted once.
    request.principal = () => Promise.resolve(principal);
    return principal;
  } catch (error) {
    if (isFault(error) && error.status < 500) return { kind: 'nobody', address: request.clientAddress };
    throw error;
  }
}
