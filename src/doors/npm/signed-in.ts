import type { FastifyRequest } from 'fastify';
import { assertMayChangeAccount, type SignedIn } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';

/** Whoever asks, if they say who they are; `options` as for `request.principal`. Faults `unauthenticated`, `token_invalid`. */
export async function signedIn(request: FastifyRequest, options?: { enrolling: boolean }): Promise<SignedIn> {
  const principal = await request.principal(options);
  if (principal.kind === 'nobody') {
    throw new Fault('unauthenticated', 'You are not logged in: send a token, or run npm login.');
  }
  if (principal.kind === 'machine') {
    throw new Fault(
      'not_trusted',
      'This is the token of a trusted publisher, which has no account: use one of a user.',
    );
  }
  return principal;
}

/** As `signedIn`, and Fault `forbidden` for a token that may only read. */
export async function accountHolder(
  request: FastifyRequest,
  options?: { enrolling: boolean },
): Promise<SignedIn> {
  const principal = await signedIn(request, options);
  assertMayChangeAccount(principal);
  return principal;
}
