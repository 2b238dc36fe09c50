import type { FastifyReply } from 'fastify';

/** Says something to whoever runs the client, which prints this header: protocols/npm 2.4. */
export function tell(reply: FastifyReply, notices: string[]): FastifyReply {
  if (notices.length === 0) return reply;
  // A header holds no more than this (RFC 9110 section 5.5).
  return reply.header('npm-notice', notices.join(' ').replaceAll(/[^\x20-\x7e]/g, '?'));
}
