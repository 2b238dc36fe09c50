import type { FastifyReply } from 'fastify';
import type { UpstreamDocument, UpstreamWarning } from '../../registry/index.ts';

/** Says something to whoever runs the client, which prints this header: protocols/npm 2.4. */
export function tell(reply: FastifyReply, notices: string[]): FastifyReply {
  if (notices.length === 0) return reply;
  // A header holds no more than this (RFC 9110 section 5.5).
  return reply.header('npm-notice', notices.join(' ').replaceAll(/[^\x20-\x7e]/g, '?'));
}

/** RFC 7234 section 5.5, since removed from HTTP: for people who look; clients take no notice. */
const warnings: Record<UpstreamWarning, string> = {
  stale: '110 - "Response is Stale"',
  failed: '111 - "Revalidation Failed"',
  offline: '112 - "Disconnected Operation"',
};

/** Says that an answer is made from an upstream's document that is older than it should be. */
export function warn(reply: FastifyReply, { warning }: Pick<UpstreamDocument, 'warning'>): void {
  if (warning !== null) reply.header('warning', warnings[warning]);
}
