import type { FastifyReply, FastifyRequest } from 'fastify';
import { faultFrom, sayWhenToRetry } from '../faults.ts';

/** Errors are one flat object: protocols/pantry 1. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = faultFrom(error, request);
  // There is no door either: the edge answers as it does where nothing is.
  if (fault.code === 'registry_not_found') throw fault;
  sayWhenToRetry(fault, reply);
  return reply.code(fault.status).send({ error: fault.message });
}
