import type { FastifyInstance } from 'fastify';

/** Protocols/pantry 1. Credentials come in a header that pages must set themselves, so no page borrows a browser's. */
const HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Authorization',
} as const;

/** Lets pages of any site ask, and answers their browsers' question whether they may. */
export function allowEveryOrigin(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(HEADERS);
    if (request.method === 'OPTIONS') reply.code(200).send();
    else done();
  });
}
