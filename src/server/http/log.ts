import type { FastifyInstance } from 'fastify';

/** Tokens that clients put into paths (npm logout) and the secrets of web logins; they must not reach a log. */
const SECRET_IN_PATH = /(\/-\/+user\/+token\/+|\/tokens\/+token\/+|\/-\/+v1\/+(?:login|done)\/+)[^/?]+/;
/** A token wherever it was put. */
const TOKEN = /ktr_\w+/g;

/** One line per request, once its answer has gone out. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        reqId: request.id,
        method: request.method,
        url: request.originalUrl.replace(SECRET_IN_PATH, '$1…').replace(TOKEN, 'ktr_…'),
        status: reply.statusCode,
        address: request.clientAddress,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
    done();
  });
}
