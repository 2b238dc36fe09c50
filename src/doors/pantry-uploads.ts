import type { FastifyRequest } from 'fastify';
import type { Machine, SignedIn } from '../accounts/index.ts';
import { Fault } from '../kernel/index.ts';
import { PantryFault } from './flat-errors.ts';

/** Who asks, if they may publish anything at all: what is read after it has no end. Faults `unauthenticated`, `token_invalid`. */
export async function whoPublishes(request: FastifyRequest): Promise<SignedIn | Machine> {
  const principal = await request.principal();
  if (principal.kind === 'nobody') {
    throw new Fault('unauthenticated', 'You must be logged in to publish: send a token.');
  }
  if (principal.kind === 'user' && !principal.scopes.includes('publish')) {
    throw new PantryFault('token_invalid', 'Token does not have publish permission');
  }
  return principal;
}

export function tarballTooLarge(maxBytes: number): PantryFault {
  return new PantryFault('too_large', `Tarball exceeds maximum size of ${megabytes(maxBytes)}`);
}

/** A limit as clients know it: `50MB`, a MB having 1,048,576 bytes. */
export function megabytes(bytes: number): string {
  return `${Number((bytes / 1024 ** 2).toFixed(2))}MB`;
}
