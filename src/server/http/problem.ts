import type { FastifyReply, FastifyRequest } from 'fastify';
import { faultFrom, sayWhenToRetry } from '../../doors/index.ts';

/**
 * First-party errors speak RFC 9457; doors have shapes of their own. A client that was sent to a path without a door
 * prints `error` all the same, so the sentence stands there as well (section 3.2 allows members of one's own).
 */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = faultFrom(error, request);
  sayWhenToRetry(fault, reply);
  // RFC 9110 section 11.6.1.
  if (fault.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(fault.status).header('content-type', 'application/problem+json').send({
    type: 'about:blank',
    title: fault.code,
    status: fault.status,
    detail: fault.message,
    error: fault.message,
  });
}
