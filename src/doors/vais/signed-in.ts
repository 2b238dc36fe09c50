import type { FastifyRequest } from 'fastify';
import {
  assertMayChangeAccount,
  type Accounts,
  type SecondFactors,
  type SignedIn,
  type User,
} from '../../accounts/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import { codeOf } from '../one-time-code.ts';
import { VaisFault } from './errors.ts';

/** Whoever asks, if they say who they are. Faults `unauthenticated`, `token_invalid`, `token_expired`. */
export async function signedIn(request: FastifyRequest): Promise<SignedIn> {
  const principal = await request.principal();
  if (principal.kind === 'nobody') throw new Fault('unauthenticated', 'Unauthorized');
  if (principal.kind === 'machine') {
    throw new Fault(
      'not_trusted',
      'This is the token of a trusted publisher, which has no account: use one of a user.',
    );
  }
  return principal;
}

/** As `signedIn`, and Fault `forbidden` for a token that may only read. */
export async function accountHolder(request: FastifyRequest): Promise<SignedIn> {
  const holder = await signedIn(request);
  assertMayChangeAccount(holder);
  return holder;
}

/** Who has this name and password. Fault `password_wrong` in the words that clients know; `rate_limited` for who guesses. */
export async function logIn(
  accounts: Accounts,
  { name, password, address }: { name: string; password: string; address: string },
): Promise<User> {
  try {
    return await accounts.login(name, password, address);
  } catch (error) {
    if (!isFault(error, 'password_wrong')) throw error;
    throw new VaisFault('password_wrong', 'Invalid credentials', { cause: error, subject: error.subject });
  }
}

/** The code comes in the header that npm has for it, or in the body as `otp`. Faults as `SecondFactors.assertSecondFactor`. */
export async function assertFactor(
  factors: SecondFactors,
  request: FastifyRequest,
  { user, by, otp }: { user: User; by: Actor; otp: string | undefined },
): Promise<void> {
  await factors.assertSecondFactor(user, 'always', codeOf(request) ?? otp, by);
}
