import type { FastifyInstance } from 'fastify';

/** Tokens that clients put into paths (npm logout); they must not reach a log. */
const TOKEN_IN_PATH = /(\/-\/+user\/+token\/+|\/tokens\/+token\/+)[^/?]+/;

/** One line per request, once its answer has gone out. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        url: request.originalUrl.replace(TOKEN_IN_PATH, '$1…'),
        status: reply.statusCode,
        address: request.socket.remoteAddress,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
    done();
  });
}
