import type { FastifyRequest } from 'fastify';
import type { Principal, SignedIn } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';

/** Who may use a route at all; what they may do with it is for the service behind it to judge. */
export type Access = 'anyone' | 'user' | 'administrator';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Who asks, where the route's access demands that somebody does. */
    asker: SignedIn | undefined;
  }
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Faults `unauthenticated`, `forbidden`, unless the route may be used with these credentials. */
export function assertAccess(access: Access, principal: Principal, method: string): SignedIn {
  if (principal.kind !== 'user') {
    throw new Fault('unauthenticated', 'You are not logged in: send a token, or log in.');
  }
  if (!SAFE.has(method) && !principal.scopes.includes('publish')) {
    throw new Fault('forbidden', 'This token may only read: use one that may publish to change anything.');
  }
  if (access === 'administrator' && principal.user.role !== 'administrator') {
    throw new Fault('forbidden', 'Only administrators may do this.');
  }
  return principal;
}

/** Who asks a route whose access is `user` or `administrator`. */
export function askerOf(request: FastifyRequest): SignedIn {
  if (request.asker === undefined) throw new Error('this route lets anyone in: it has no asker');
  return request.asker;
}
