import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiParts } from './parts.ts';

/** Requests as the edge knows them: who asks, from where, and under which id. */
export type EdgeRequests = WeakMap<IncomingMessage, FastifyRequest>;

/**
 * The first-party API at `/-/api/v1`, and its description at `/-/api/openapi.json`. It is a server within the server that is
 * made at the first request: its schemas would cost every start a fifth of a second and 25 MB.
 */
export function addApi(app: FastifyInstance, parts: ApiParts): void {
  const requests: EdgeRequests = new WeakMap();
  let api: Promise<FastifyInstance> | undefined;
  const load = async () => {
    const { createApi } = await import('./api.ts');
    return createApi(parts, requests);
  };
  app.addHook('onClose', async () => (await api)?.close());
  void app.register((scope, _options, done) => {
    // Bodies are left for the server within to read.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    scope.all('/-/api/*', async (request, reply) => {
      api ??= load();
      const { routing } = await api;
      requests.set(request.raw, request);
      reply.hijack();
      routing(request.raw, reply.raw);
    });
    done();
  });
}
