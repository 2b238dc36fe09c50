import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { faultOf } from '../../doors/index.ts';

/** Tokens that clients put into paths (npm logout) and the secrets of web logins and links; they must not reach a log. */
const SECRET_IN_PATH =
  /(\/-\/+user\/+token\/+|\/tokens\/+token\/+|\/-\/+v1\/+(?:login|done|second-factor|second-factor-done)\/+|\/-\/+account\/+(?:register|reset|verify)\/+)[^/?]+/;
/** A token wherever it was put. */
const TOKEN = /(ktr_|ktm_|vais_(?=[0-9a-f]{16}))\w+/g;

/** What is told of a request; the path as it was sent, the time in milliseconds. */
export interface RequestLine {
  reqId: string;
  method: string;
  url: string;
  status: number;
  address: string;
  ms: number;
}

export type RequestLog = (line: RequestLine) => void;

export function requestLog(logger: FastifyBaseLogger): RequestLog {
  return ({ reqId, method, url, status, address, ms }) =>
    logger.info(
      {
        reqId,
        method,
        url: url.replace(SECRET_IN_PATH, '$1…').replace(TOKEN, '$1…'),
        status,
        address,
        ms: Math.round(ms * 10) / 10,
      },
      'request',
    );
}

/** One line per request, once its answer has gone out; and why it was refused, for whoever looks closer (`debug`). */
export function logRequests(app: FastifyInstance, log: RequestLog, logger: FastifyBaseLogger): void {
  app.addHook('onResponse', (request, reply, done) => {
    if (request.handedOn) return done();
    const fault = reply.statusCode < 400 ? undefined : faultOf(request);
    if (fault) logger.debug({ reqId: request.id, code: fault.code, reason: fault.message }, 'refused');
    log({
      reqId: request.id,
      method: request.method,
      url: request.originalUrl,
      status: reply.statusCode,
      address: request.clientAddress,
      ms: reply.elapsedTime,
    });
    done();
  });
}
