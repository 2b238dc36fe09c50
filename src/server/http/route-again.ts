import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** True once another request of the same bytes answers instead: this one is nobody's answer, and nothing is told of it. */
    handedOn: boolean;
  }
}

/** Leaves a request to the route that it has now. */
export function routeAgain(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): void {
  request.handedOn = true;
  reply.hijack();
  request.raw.url = request.originalUrl;
  app.routing(request.raw, reply.raw);
}
