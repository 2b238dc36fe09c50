import type { FastifyReply } from 'fastify';

/** Adds a header of the request that the answer depends on to those that are named already: RFC 9110 section 12.5.5. */
export function varyBy(reply: FastifyReply, header: string): FastifyReply {
  return reply.header('vary', [reply.getHeader('vary') ?? [], header].flat().join(', '));
}
