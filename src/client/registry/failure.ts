import { errnoOf, Fault } from '../../kernel/light/index.ts';
import { NoProxy } from './proxy.ts';

/** What a phase of a request may take, milliseconds. */
export interface Timeouts {
  /** Until there is a connection. */
  connect: number;
  /** From the last byte sent to the first byte of the answer. */
  answer: number;
  /** Between two pieces of a body, sent or received. */
  idle: number;
}

export const defaultTimeouts: Timeouts = { connect: 10_000, answer: 60_000, idle: 30_000 };

/** A phase took too long. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
  readonly phase: keyof Timeouts | 'pace';

  /** `pace`: too little came in so long. */
  constructor(phase: keyof Timeouts | 'pace', milliseconds: number) {
    const time = `${milliseconds / 1000} s`;
    super(
      {
        connect: `no connection within ${time}; is the address right, and does a firewall or proxy stand between?`,
        answer: `no answer within ${time}; try again later`,
        idle: `nothing came or went for ${time}; try again later`,
        pace: `next to nothing came for ${time}; try again later`,
      }[phase],
    );
    this.phase = phase;
  }
}

/** The registry said no. `httpStatus` and `said` are for commands that quote it. */
export class Refusal extends Fault {
  readonly httpStatus: number;
  /** What it said, on one line; `''` if nothing that a person can read. */
  readonly said: string;
  /** The server wants a one-time code beside the password: it says `WWW-Authenticate: OTP`. */
  readonly wantsCode: boolean;
  readonly #hint: string;

  constructor(
    what: string,
    httpStatus: number,
    said: string,
    hint: string,
    { retryAfter, wantsCode = false }: { retryAfter?: number | undefined; wantsCode?: boolean } = {},
  ) {
    const code = CODES[httpStatus] ?? (httpStatus >= 500 ? 'unavailable' : 'bad_request');
    super(code, join(what, said, hint), retryAfter === undefined ? undefined : { retryAfter });
    this.httpStatus = httpStatus;
    this.said = said;
    this.wantsCode = wantsCode;
    this.#hint = hint;
  }

  /** The same in the words of a command: `publish failed (HTTP 409): …`. `hint` says what to do, where nothing else does. */
  of(command: string, hint: string): Refusal {
    const what = `${command} failed (HTTP ${this.httpStatus})`;
    return new Refusal(what, this.httpStatus, this.said, this.#hint || hint, {
      retryAfter: this.retryAfter,
      wantsCode: this.wantsCode,
    });
  }
}

const CODES: Partial<
  Record<number, 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'too_large'>
> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
};

function join(what: string, said: string, hint: string): string {
  const parts = [said === '' ? what : `${what}: ${said}`, hint].filter((part) => part !== '');
  return parts.map(ended).join(' ');
}

/** A sentence with its end, whether or not it had one. */
function ended(text: string): string {
  return /[.?!…]$/.test(text) ? text : `${text}.`;
}

/** Ends of a connection after which the same request may succeed. */
const PASSING: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_EOF_STATE',
]);

/** True if another attempt may help: the connection broke, or the server is in trouble for the moment. */
export function mayPass(error: unknown): boolean {
  if (error instanceof Refusal) return [408, 425, 429, 500, 502, 503, 504].includes(error.httpStatus);
  return PASSING.has(errnoOf(error) ?? '');
}

/** A failed exchange as a sentence: which request, what happened, what to do. A Fault stays what it is. */
export function failure(what: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault('unavailable', ended(`${what} failed: ${reason(error)}`), { cause: error });
}

function reason(error: unknown): string {
  if (error instanceof TimedOut || error instanceof NoProxy) return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  const code = errnoOf(error) ?? '';
  if (code === 'ECONNREFUSED')
    return `nothing listens at ${addressOf(error)}; is the server running, and the port right?`;
  const known = REASONS[code];
  if (known !== undefined) return known;
  if (/CERT|SIGNATURE|ISSUER|TLS/.test(code)) return `${CERTIFICATE} (${code})`;
  if (code.startsWith('HPE_')) return `what answers there does not speak HTTP (${code}); check the address`;
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

/** It may be the proxy's. */
function addressOf(error: unknown): string {
  const { address, port } = error as { address?: unknown; port?: unknown };
  return typeof address === 'string' && typeof port === 'number' ? `${address}:${port}` : 'that address';
}

const CUT = 'the connection was cut; try again';
const CERTIFICATE =
  'the certificate of the server is not trusted; if its authority is your own, name the file of its certificate in KONTOR_CAFILE';
const REASONS: Partial<Record<string, string>> = {
  ERR_PROXY_TUNNEL: 'the proxy does not let it through; check HTTPS_PROXY and NO_PROXY',
  ENOTFOUND: 'there is no host of that name; check the address',
  EAI_AGAIN: 'the name of the host cannot be looked up now; check the network',
  ECONNRESET: CUT,
  EPIPE: CUT,
  ERR_STREAM_PREMATURE_CLOSE: CUT,
  EHOSTUNREACH: 'the host cannot be reached; check the network',
  ENETUNREACH: 'the network cannot be reached; check the connection',
  EPROTO: 'the server does not speak TLS there; is http:// meant?',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired; its operator has to renew it',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another host; check the address',
};
