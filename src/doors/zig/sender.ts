import type { FastifyRequest } from 'fastify';
import type { Machine, Principal, SignedIn } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';

/** What was sent as second factor; the header that npm's clients use, for one server has one. */
export function codeOf({ headers }: FastifyRequest): string | undefined {
  const code = headers['npm-otp'];
  return typeof code === 'string' ? code : undefined;
}

/**
 * Whoever may publish something here, asked before a body is read: which package it is only the archive tells. Faults
 * `unauthenticated`, `forbidden`.
 */
export function senderOf(principal: Principal): SignedIn | Machine {
  if (principal.kind === 'nobody') throw new Fault('unauthenticated', 'Authorization required');
  if (principal.kind === 'user' && !principal.scopes.includes('publish')) {
    throw new Fault('forbidden', 'Token does not have publish permission');
  }
  return principal;
}
