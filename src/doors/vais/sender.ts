import type { FastifyRequest } from 'fastify';
import type { Machine, SecondFactors, SignedIn, TokenScope } from '../../accounts/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';
import { codeOf } from '../one-time-code.ts';
import { VaisFault } from './errors.ts';

/**
 * Who asks, if their token is for this: what is read after it has no end. Faults `unauthenticated`, `token_invalid`, `forbidden`, and
 * those of a second factor.
 */
export async function senderOf(
  request: FastifyRequest,
  { secondFactors }: { secondFactors: SecondFactors },
  scope: TokenScope,
): Promise<SignedIn | Machine> {
  const principal = await request.principal();
  if (principal.kind === 'nobody') {
    throw new Fault('unauthenticated', 'You must be logged in: send a token.');
  }
  if (principal.kind === 'machine') return principal;
  if (!principal.scopes.includes(scope)) {
    throw new Fault('forbidden', `This token is not for this: make one with the scope ${scope}.`);
  }
  try {
    await secondFactors.assertMayWrite(principal, codeOf(request));
  } catch (error) {
    if (!isFault(error, 'second_factor_required')) throw error;
    throw new VaisFault('second_factor_required', NEEDS_CODE, { cause: error });
  }
  return principal;
}

const NEEDS_CODE =
  'Second factor required: send a one-time password of your authenticator app in the header npm-otp.';
