import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Principal } from '../../accounts/index.ts';
import type { Door } from '../../doors/index.ts';
import type { LimitClass, RequestLimits } from '../../policy/index.ts';
import { SAFE } from './safe-methods.ts';

/** What a request counts as: what its route says, else a read or a change. */
function classOf({ method, routeOptions }: FastifyRequest): LimitClass | 'none' {
  return routeOptions.config?.limit ?? (SAFE.has(method) ? 'read' : 'write');
}

/** True if a request counts as a read of its address, and as nothing else: see `limitRequests` and `limitDoor`. */
export function isPlainRead(request: FastifyRequest): boolean {
  return classOf(request) === 'read' && request.door.limits?.read === undefined;
}

/** Counts requests by address before anything else is done for them. */
export function limitRequests(app: FastifyInstance, limits: RequestLimits | undefined): void {
  if (limits === undefined) return;
  app.addHook('onRequest', (request, _reply, done) => {
    const limitClass = classOf(request);
    if (limitClass === 'none') return done();
    // Without a promise: this runs for every packument and tarball.
    if (limitClass === 'read') return done(limits.read(request.clientAddress));
    limits.request(limitClass, request.clientAddress).then(done, done);
  });
}

/** Counts requests to a door that has limits of its own. */
export function limitDoor(scope: FastifyInstance, door: Door, limits: RequestLimits | undefined): void {
  if (limits === undefined || door.limits === undefined) return;
  const own = door.limits;
  scope.addHook('onRequest', (request, _reply, done) => {
    const limitClass = classOf(request);
    const limit = limitClass === 'none' ? undefined : own[limitClass];
    if (limitClass === 'none' || limit === undefined) return done();
    limits.request(limitClass, request.clientAddress, { door: door.name, limit }).then(done, done);
  });
}

/**
 * Counts a request for a route within the API that says what it counts as; the edge has counted it as a read or a write.
 * Throws Fault `rate_limited`.
 */
export async function limitRoute(request: FastifyRequest, limits: RequestLimits | undefined): Promise<void> {
  const { limit } = request.routeOptions.config;
  if (limit === undefined || limit === 'none') return;
  const refused = await limits?.request(limit, request.clientAddress);
  if (refused !== undefined) throw refused;
}

/** Counts a request for whoever has shown who they are, and resolves to them. Fault `rate_limited`. */
export async function limitPrincipal(
  request: FastifyRequest,
  principal: Principal,
  limits: RequestLimits,
): Promise<Principal> {
  const limitClass = classOf(request);
  const { clientAddress } = request;
  const refused =
    limitClass === 'none'
      ? undefined
      : limitClass === 'read'
        ? limits.readBy(principal, clientAddress)
        : await limits.requestBy(limitClass, principal, clientAddress);
  if (refused !== undefined) throw refused;
  return principal;
}
