import type { FastifyRequest } from 'fastify';
import {
  actsAsAdministrator,
  assertMayChangeAccount,
  limitsNames,
  type Principal,
  type SignedIn,
} from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';
import { SAFE } from '../http/safe-methods.ts';

/** Who may use a route at all; what they may do with it is for the service behind it to judge. */
export type Access = 'anyone' | 'user' | 'administrator';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** True where the service behind a changing route judges what a token may: others refuse those that are for some packages. */
    limitedTokens?: boolean;
    /** True for a changing route that asks for the second factor itself, or takes rights away only. */
    ownFactor?: boolean;
    /** May it be used by who has to get a second factor first? */
    enrolling?: boolean;
  }
  interface FastifyRequest {
    /** Who asks, where the route's access demands that somebody does. */
    asker: SignedIn | undefined;
  }
}

/** Faults `unauthenticated`, `forbidden`, unless the route may be used with these credentials. */
export function assertAccess(
  { access, limitedTokens = false }: { access: Access; limitedTokens?: boolean | undefined },
  principal: Principal,
  method: string,
): SignedIn {
  if (principal.kind !== 'user') {
    throw new Fault('unauthenticated', 'You are not logged in: send a token, or log in.');
  }
  if (!SAFE.has(method) && !limitedTokens) assertMayChangeAccount(principal);
  if (access === 'administrator' && !actsAsAdministrator(principal)) {
    throw new Fault(
      'forbidden',
      principal.user.role === 'administrator'
        ? 'This token has not the scope admin: log in, or use one that has.'
        : 'Only administrators may do this.',
    );
  }
  // What only administrators read is about everybody.
  if (access === 'administrator' && principal.limits !== null && limitsNames(principal.limits)) {
    throw new Fault('forbidden', 'This token is for some packages only: use one without such limits.');
  }
  return principal;
}

/** Who asks a route whose access is `user` or `administrator`. */
export function askerOf(request: FastifyRequest): SignedIn {
  if (request.asker === undefined) throw new Error('this route lets anyone in: it has no asker');
  return request.asker;
}
