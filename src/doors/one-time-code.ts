import type { FastifyRequest } from 'fastify';

/** What the client sent as one-time password: protocols/npm 4.4. */
export function codeOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const code = headers['npm-otp'];
  return typeof code === 'string' ? code : undefined;
}
