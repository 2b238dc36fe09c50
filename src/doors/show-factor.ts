import type { FastifyReply, FastifyRequest } from 'fastify';
import { relyingParty, type SecondFactors, type User } from '../accounts/index.ts';
import { Fault } from '../kernel/index.ts';
import { factorForm, PASSKEY_SCRIPT } from './factor-form.ts';
import { sendPage } from './page.ts';

/** The form with a fresh challenge for the user's passkeys, if they have some. */
export async function sendFactorForm(
  factors: SecondFactors,
  { base }: FastifyRequest,
  reply: FastifyReply,
  form: { user: User; why: string; proof?: string; problem?: string },
): Promise<FastifyReply> {
  const { user, why, proof, problem } = form;
  const party = relyingParty(base);
  const { passkeys } = await factors.standingOf(user);
  const passkey = party && passkeys > 0 ? await factors.passkeyRequest(user, party) : undefined;
  const html = factorForm({
    user: user.name,
    why,
    ...(proof !== undefined && { proof }),
    ...(passkey && { passkey }),
    ...(problem !== undefined && { problem }),
  });
  return sendPage(reply, reply.statusCode, html, PASSKEY_SCRIPT);
}

/** Checks what a factor form sent: the answer of a passkey, or a code. Faults as `SecondFactors.assertSecondFactor`. */
export async function assertShown(
  factors: SecondFactors,
  request: FastifyRequest,
  user: User,
  form: URLSearchParams,
): Promise<void> {
  const response = form.get('response');
  const party = relyingParty(request.base);
  if (response !== null && party !== undefined) {
    return factors.assertPasskey(user, party, readResponse(response));
  }
  const by = { userId: user.id, name: user.name, via: 'second-factor', address: request.clientAddress };
  return factors.assertSecondFactor(user, 'always', form.get('code') ?? undefined, by);
}

/** What a passkey form has posted. Fault `bad_request` if it is not JSON. */
export function readResponse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault('bad_request', 'The answer of the passkey is not JSON.', { cause: error });
  }
}
