import type { FastifyReply, FastifyRequest } from 'fastify';
import { Fault, type ErrorCode } from '../kernel/index.ts';
import { faultFrom, sayWhenToRetry } from './faults.ts';

/** A refusal whose message is the very one that Pantry's clients know. */
export class PantryFault extends Fault {}

/** Protocols/pantry 2: what clients of these doors are told for codes that faults of other rooms have. */
const words: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'Authorization required',
  token_invalid: 'Invalid token',
  token_expired: 'Token has expired',
  version_exists: 'Version already exists',
  json_invalid: 'Invalid JSON body',
  base64_invalid: 'Invalid base64 tarball data',
};

/** Codes whose status differs at these doors: whatever is wrong with what was sent is a bad request here. */
const statusHere: Partial<Record<number, number>> = { 422: 400 };

/** Errors as Pantry's clients read them: one flat object, protocols/pantry 1. */
export function sendFlatError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = faultFrom(error, request);
  // There is no door either: the edge answers as it does where nothing is.
  if (fault.code === 'registry_not_found') throw fault;
  sayWhenToRetry(fault, reply);
  const message = fault instanceof PantryFault ? fault.message : (words[fault.code] ?? fault.message);
  return reply.code(statusHere[fault.status] ?? fault.status).send({ error: message });
}
