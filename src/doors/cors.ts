import type { FastifyInstance } from 'fastify';

/** Protocols/pantry 1. Credentials come in a header that pages must set themselves, so no page borrows a browser's. */
const HEADERS = {
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Authorization',
} as const;

/** Lets pages of any site ask, and answers their browsers' question whether they may. */
export function allowEveryOrigin(app: FastifyInstance): void {
  allowOrigins(app, '*');
}

/**
 * As `allowEveryOrigin`, where pages of the listed origins alone may ask; the others get no header that lets them. `more` are headers
 * that pages may send besides.
 */
export function allowOrigins(
  app: FastifyInstance,
  allowed: '*' | readonly string[],
  more: readonly string[] = [],
): void {
  const headers = {
    ...HEADERS,
    'access-control-allow-headers': [HEADERS['access-control-allow-headers'], ...more].join(', '),
  };
  app.addHook('onRequest', (request, reply, done) => {
    if (allowed === '*') {
      reply.headers(headers).header('access-control-allow-origin', '*');
    } else if (allowed.length > 0) {
      const { origin } = request.headers;
      reply.header('vary', 'Origin');
      if (origin !== undefined && allowed.includes(origin)) {
        reply.headers(headers).header('access-control-allow-origin', origin);
      }
    }
    if (request.method === 'OPTIONS') reply.code(200).send();
    else done();
  });
}
