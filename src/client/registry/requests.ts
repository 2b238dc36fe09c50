import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Fault, printable } from '../../kernel/light/index.ts';
import { Connections, pieces, type Body, type Variables } from './connection.ts';
import { defaultTimeouts, failure, mayPass, Refusal, TimedOut, type Timeouts } from './failure.ts';
import { nextToken } from './next-step.ts';

export interface RequestSettings {
  /** As `registryBase` gives it. */
  base: string;
  token?: string | undefined;
  /** What gave the token, if no log-in did, for what a refusal says to do. */
  tokenFrom?: '--token' | 'KONTOR_TOKEN' | undefined;
  /** A one-time code, sent with whatever changes something. */
  otp?: string | undefined;
  env: Variables;
  timeouts?: Partial<Timeouts>;
  /** Ends everything that is under way. */
  signal?: AbortSignal | undefined;
  /** Waits before another attempt, milliseconds. */
  wait?: ((milliseconds: number) => Promise<unknown>) | undefined;
  /** Told of each attempt that failed and is made again; a sentence. */
  onRetry?: ((message: string) => void) | undefined;
  /** How the user calls the client, for what a refusal says to do: `vaisc pkg`. */
  program?: string;
  /** For the header `User-Agent`. */
  agent?: string;
}

export interface RegistryRequest {
  method?: 'GET' | 'POST' | 'DELETE';
  /** Below the base, with `/` in front; or a whole URL. */
  path: string;
  headers?: Record<string, string>;
  body?: Body | undefined;
  /** How long the server may think, milliseconds. */
  patience?: number;
  /** True if a second one does no harm. */
  repeatable?: boolean;
  /** Statuses beside 2xx that are no refusal. */
  accept?: readonly number[];
}

/** An answer whose body is to be read with `pieces`. */
export interface Answer {
  message: IncomingMessage;
  status: number;
}

const REDIRECTS = 5;
const ATTEMPTS = 4;
/** Before the second attempt, milliseconds; three times as long before each further one. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;
/** Of what a server says when it refuses. */
const LONGEST_REFUSAL = 64 * 1024;
/** How a sentence ends whose advice is about to be taken. */
const ADVICE = /[;.] try again( later)?\.$/i;
/** A day, in seconds. */
const LONGEST_TIMEOUT = 86_400;
const MOVED: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Requests to one registry, each tried again where that may help. Rejects with a Fault that names the request. */
export class Requests {
  readonly settings: RequestSettings;
  readonly timeouts: Timeouts;
  readonly #connections: Connections;

  constructor(settings: RequestSettings) {
    this.settings = settings;
    this.timeouts = { ...timeoutsOf(settings.env), ...settings.timeouts };
    this.#connections = new Connections(settings.env);
  }

  close(): void {
    this.#connections.close();
  }

  /** Resolves with an answer of 2xx or an accepted status; `Refusal` for others. */
  async send(request: RegistryRequest): Promise<Answer> {
    const what = this.describe(request);
    const repeatable = request.repeatable ?? (request.method ?? 'GET') === 'GET';
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(request);
      } catch (error) {
        this.settings.signal?.throwIfAborted();
        const again = mayPass(error) || (error instanceof TimedOut && attempt === 1);
        if (!repeatable || !again || attempt === ATTEMPTS) throw failure(what, error);
        await this.pause(attempt, failure(what, error));
      }
    }
  }

  /** Waits before attempt `attempt + 1`, as long as the server said or longer each time. */
  async pause(attempt: number, because: Fault): Promise<void> {
    const { wait, onRetry, signal } = this.settings;
    const milliseconds = Math.min(
      because.retryAfter === undefined
        ? FIRST_PAUSE * 3 ** Math.max(0, attempt - 1)
        : because.retryAfter * 1000,
      LONGEST_PAUSE,
      this.timeouts.answer,
    );
    onRetry?.(`${because.message.replace(ADVICE, '.')} Trying again.`);
    await (wait === undefined ? sleep(milliseconds, undefined, signal && { signal }) : wait(milliseconds));
    signal?.throwIfAborted();
  }

  /** The whole body, decompressed; Fault `too_large` above `cap` bytes. */
  async read(answer: Answer, cap: number, what: string): Promise<Buffer> {
    const tooLarge = () =>
      new Fault('too_large', `${what} answered more than ${cap} bytes, which is refused.`);
    const read: Buffer[] = [];
    let size = 0;
    try {
      for await (const piece of pieces(answer.message, this.timeouts.idle)) {
        size += piece.length;
        if (size > cap) throw tooLarge();
        read.push(piece);
      }
    } catch (error) {
      this.settings.signal?.throwIfAborted();
      throw failure(what, error);
    }
    const body = read.length === 1 && read[0] !== undefined ? read[0] : Buffer.concat(read);
    if (answer.message.headers['content-encoding'] !== 'gzip') return body;
    try {
      return await promisify(gunzip)(body, { maxOutputLength: cap });
    } catch (error) {
      if (error instanceof RangeError) throw tooLarge();
      throw new Fault('unavailable', `${what} answered damaged gzip; try again.`, { cause: error });
    }
  }

  describe(request: RegistryRequest): string {
    return `${request.method ?? 'GET'} ${this.url(request).href}`;
  }

  url({ path }: RegistryRequest): URL {
    const url = new URL(path.startsWith('/') ? `${this.settings.base}${path}` : path);
    url.pathname = url.pathname.replaceAll(/\/{2,}/g, '/');
    return url;
  }

  async #once(request: RegistryRequest): Promise<Answer> {
    const { base, token, otp, agent = 'kontor', signal } = this.settings;
    const { method = 'GET', body, headers = {}, accept = [] } = request;
    let url = this.url(request);
    for (let hop = 0; hop <= REDIRECTS; hop++) {
      // Credentials are for the registry alone, wherever its files are and whatever it redirects to.
      const authorization = isBelow(url, new URL(base)) && {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(otp !== undefined && method !== 'GET' && { 'npm-otp': otp }),
      };
      const message = await this.#connections.send({
        method,
        url,
        body,
        headers: { 'user-agent': agent, ...headers, ...authorization },
        timeouts: { ...this.timeouts, ...(request.patience && { answer: request.patience }) },
        signal,
      });
      const status = message.statusCode ?? 0;
      if ((status >= 200 && status < 300) || accept.includes(status)) return { message, status };
      if (!MOVED.has(status) || message.headers.location === undefined) {
        throw await this.#refusal(`${method} ${url.href}`, message);
      }
      const next = URL.parse(message.headers.location, url.href);
      message.destroy();
      url = target(`${method} ${url.href}`, url, next, method);
    }
    throw new Fault(
      'unavailable',
      `${this.describe(request)} was redirected more than ${REDIRECTS} times; check the address.`,
    );
  }

  async #refusal(what: string, message: IncomingMessage): Promise<Refusal> {
    const answer = { message, status: message.statusCode ?? 0 };
    const body = await this.read(answer, LONGEST_REFUSAL, what).catch(() => Buffer.alloc(0));
    const { base, program = 'kontor', tokenFrom } = this.settings;
    const wantsCode = /^otp\b/i.test(message.headers['www-authenticate'] ?? '');
    const hint = wantsCode
      ? 'Give it with --otp CODE'
      : answer.status === 401
        ? nextToken(tokenFrom, { base, program })
        : answer.status >= 500 || answer.status === 429
          ? 'Try again later'
          : '';
    return new Refusal(`${what} answered ${answer.status}`, answer.status, saidIn(body.toString()), hint, {
      retryAfter: seconds(message.headers['retry-after']),
      wantsCode,
    });
  }
}

/**
 * True for the base and what is below it: on the same host may be a registry of somebody else. An encoded slash is none here, and may be one
 * to a server, behind `..`.
 */
function isBelow({ origin, pathname }: URL, base: URL): boolean {
  if (origin !== base.origin) return false;
  const folder = base.pathname.replace(/\/?$/, '/');
  return folder === '/' || (`${pathname}/`.startsWith(folder) && !/%2f|%5c/i.test(pathname));
}

/** Where a redirect may lead. */
function target(what: string, from: URL, to: URL | null, method: string): URL {
  if (to === null || !/^https?:$/.test(to.protocol)) {
    throw new Fault('unavailable', `${what} was redirected to something that is no web address.`);
  }
  // What was sent would have to be sent again, and to an address that nobody has named.
  if (method !== 'GET') {
    throw new Fault('unavailable', `${what} has moved to ${to.href}: give --registry the address there.`);
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new Fault('unavailable', `${what} was redirected from https to ${to.href}, which is refused.`);
  }
  return to;
}

/** The sentence in an error of any shape, on one line and printable. */
function saidIn(text: string): string {
  let said = text;
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) {
      const { error, detail, message } = body as Record<string, unknown>;
      said = [error, detail, message].find((value) => typeof value === 'string') ?? text;
    }
  } catch {
    // A page of some proxy: nobody wants to read that.
    if (text.trimStart().startsWith('<')) return '';
  }
  return printable(said).slice(0, 500);
}

function seconds(header: string | undefined): number | undefined {
  const value = Number(header ?? NaN);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** KONTOR_CLIENT_TIMEOUT: seconds for each phase in place of ours. Fault `bad_request` for what is no number above 0. */
function timeoutsOf(env: Variables): Timeouts {
  const text = env['KONTOR_CLIENT_TIMEOUT']?.trim();
  if (!text) return defaultTimeouts;
  const value = Number(text);
  if (!(value > 0)) {
    throw new Fault(
      'bad_request',
      `KONTOR_CLIENT_TIMEOUT is ${JSON.stringify(text.slice(0, 80))}: give a number of seconds above 0, such as 30.`,
    );
  }
  // A timer of less than 1 ms or more than 24 days fires at once.
  const milliseconds = Math.max(1, Math.min(value, LONGEST_TIMEOUT) * 1000);
  return { connect: milliseconds, answer: milliseconds, idle: milliseconds };
}
