import type { FastifyReply, FastifyRequest } from 'fastify';
import { Fault, type ErrorCode } from '../../kernel/index.ts';
import { faultFrom, sayWhenToRetry } from '../faults.ts';

/** A refusal whose message is the very one that Vais clients know. */
export class VaisFault extends Fault {}

/** Protocols/vais 2: what its clients are told for codes that faults of other rooms have. */
const words: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'Unauthorized',
  token_invalid: 'Invalid token',
  json_invalid: 'Invalid JSON',
};

/** Codes whose status differs at this door: whatever is wrong with what was sent is a bad request here. */
const statusHere: Partial<Record<number, number>> = { 422: 400 };

/** Errors as Vais clients read them: the status stands in the body too. */
export function sendVaisError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = faultFrom(error, request);
  // There is no door either: the edge answers as it does where nothing is.
  if (fault.code === 'registry_not_found') throw fault;
  sayWhenToRetry(fault, reply);
  const status = statusHere[fault.status] ?? fault.status;
  const message = fault instanceof VaisFault ? fault.message : (words[fault.code] ?? fault.message);
  return reply.code(status).send({ error: message, status });
}
