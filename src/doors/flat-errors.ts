import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode, Fault } from '../kernel/index.ts';
import { faultFrom, sayWhenToRetry } from './faults.ts';

/** Protocols/pantry 2: clients of these doors know these sentences. */
const words: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'Authorization required',
  token_invalid: 'Invalid token',
  version_exists: 'Version already exists',
};

/** Codes whose status differs at these doors: whatever is wrong with what was sent is a bad request here. */
const statusHere: Partial<Record<number, number>> = { 422: 400 };

/** Errors as Pantry's clients read them: one flat object, protocols/pantry 1. */
export function sendFlatError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = faultFrom(error, request);
  // There is no door either: the edge answers as it does where nothing is.
  if (fault.code === 'registry_not_found') throw fault;
  sayWhenToRetry(fault, reply);
  return reply.code(statusOf(fault)).send({ error: words[fault.code] ?? fault.message });
}

function statusOf({ status }: Fault): number {
  return statusHere[status] ?? status;
}
