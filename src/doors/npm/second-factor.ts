import type { FastifyRequest } from 'fastify';
import {
  relyingParty,
  type FactorNeed,
  type SecondFactors,
  type SignedIn,
  type User,
} from '../../accounts/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import { codeOf } from '../one-time-code.ts';
import { accountHolder } from './signed-in.ts';

/** A refusal with the page on which a browser can show the factor: protocols/npm 4.4, web form. */
export class PromptFault extends Fault {
  readonly urls: { authUrl: string; doneUrl: string };

  constructor(fault: Fault, urls: { authUrl: string; doneUrl: string }) {
    super(fault.code, fault.message, { cause: fault });
    this.urls = urls;
  }
}

/** Before a change of packages and who may change them. Faults as `SecondFactors.assertSecondFactor`. */
export async function assertFactorForWrite(
  factors: SecondFactors,
  request: FastifyRequest,
  principal: SignedIn,
): Promise<void> {
  await offeringPage(factors, request, principal.user, () =>
    factors.assertMayWrite(principal, codeOf(request)),
  );
}

/** Who asks for a change of who may what, with a token that may and a second factor where they have one. */
export async function assertedHolder(factors: SecondFactors, request: FastifyRequest): Promise<SignedIn> {
  const holder = await accountHolder(request);
  await assertFactorForWrite(factors, request, holder);
  return holder;
}

/** Before what every second factor is for; see `FactorNeed`. */
export async function assertFactor(
  factors: SecondFactors,
  request: FastifyRequest,
  user: User,
  by: Actor,
  need: FactorNeed = 'always',
): Promise<void> {
  await offeringPage(factors, request, user, () =>
    factors.assertSecondFactor(user, need, codeOf(request), by),
  );
}

/** Who has a passkey is shown where to use it: a terminal cannot. */
async function offeringPage(
  factors: SecondFactors,
  request: FastifyRequest,
  user: User,
  check: () => Promise<void>,
): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!isFault(error, 'second_factor_required') || relyingParty(request.base) === undefined) throw error;
    const { passkeys } = await factors.standingOf(user);
    if (passkeys === 0) throw error;
    const { page, done } = await factors.startClientPrompt(user);
    throw new PromptFault(error, {
      authUrl: `${request.base}/-/v1/second-factor/${page}`,
      doneUrl: `${request.base}/-/v1/second-factor-done/${done}`,
    });
  }
}
