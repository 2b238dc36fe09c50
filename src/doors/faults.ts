import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { Fault, isFault } from '../kernel/index.ts';

const faults = new WeakMap<IncomingMessage, Fault>();

/** Why the request was refused, also where it was by another server that handles the same raw request. */
export function faultOf({ raw }: FastifyRequest): Fault | undefined {
  return faults.get(raw);
}

/**
 * What went wrong, as a Fault: ours as it is, Fastify's complaints about a request as `bad_request`, anything else as
 * `internal`, logged with the request's id and told without detail.
 */
export function faultFrom(error: unknown, request: FastifyRequest): Fault {
  const fault = read(error, request);
  noteFault(fault, request);
  return fault;
}

/** Says, for the record, what was refused by an answer that `faultFrom` has no part in. */
export function noteFault(fault: Fault, { raw }: FastifyRequest): void {
  faults.set(raw, fault);
}

function read(error: unknown, request: FastifyRequest): Fault {
  if (isFault(error)) {
    // 501: nothing broke, a part is left out by setting, and anybody may ask for it.
    if (error.code === 'upstream_differs') {
      // Nothing broke here, and anybody can ask for what is not there.
      request.log.warn({ reqId: request.id }, `refused: ${error.message}`);
    } else if (error.status >= 500 && error.status !== 501) {
      request.log.error({ err: error, reqId: request.id }, `error: ${error.message}`);
    }
    return error;
  }
  const status = (error as Partial<FastifyError>).statusCode;
  if (status === 413) return new Fault('too_large', 'The request is too large.');
  if (status !== undefined && status >= 400 && status < 500) {
    return new Fault(
      'bad_request',
      `The request cannot be read: ${(error as Error).message.replace(/\.*$/, '')}.`,
    );
  }
  request.log.error(
    { err: error, reqId: request.id },
    'error: a request failed; please report it with this line',
  );
  return new Fault(
    'internal',
    `Something went wrong on the server; its log has the details under ${request.id}.`,
  );
}

/** Seconds until a server that cannot answer now is asked again. */
const PATIENCE = 10;

/** Sets Retry-After (RFC 9110 section 10.2.3) where the same request may succeed later. */
export function sayWhenToRetry({ retryAfter, status }: Fault, reply: FastifyReply): void {
  const seconds = retryAfter ?? (status === 503 ? PATIENCE : undefined);
  if (seconds !== undefined) reply.header('retry-after', String(seconds));
}
