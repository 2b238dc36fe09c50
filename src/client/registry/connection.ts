import { readFileSync } from 'node:fs';
import type { Agent as HttpAgent, IncomingMessage, request as httpRequest } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { Fault } from '../../kernel/light/index.ts';
import { TimedOut, type Timeouts } from './failure.ts';
import { Pace } from './pace.ts';
import { blameProxy, proxyFor } from './proxy.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** A body to send: how long it is, and a fresh stream of it. */
export interface Body {
  /** Bytes. */
  length: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface Exchange {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: Body | undefined;
  timeouts: Timeouts;
  signal?: AbortSignal | undefined;
}

/**
 * Connections that are kept alive, through the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name, trusting the authorities that Node
 * trusts (NODE_EXTRA_CA_CERTS among them) and those in the file that KONTOR_CAFILE or SSL_CERT_FILE names.
 */
export class Connections {
  readonly #env: Variables;
  #http: HttpAgent | undefined;
  #https: { agent: HttpsAgent; request: typeof httpRequest } | undefined;

  constructor(env: Variables) {
    this.#env = env;
  }

  /** Sends a request and resolves with the head of its answer, whose body has to be read. Rejects as sockets do, or with `TimedOut`. */
  async send(exchange: Exchange): Promise<IncomingMessage> {
    const { method, url, headers, body, timeouts, signal } = exchange;
    const proxy = proxyFor(url.protocol === 'https:' ? 'https' : 'http', this.#env);
    const { agent, request } = url.protocol === 'https:' ? await this.#secure() : this.#plain();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const sent = request(url, {
      method,
      agent,
      headers: { ...headers, ...length },
      ...(signal && { signal }),
    });
    let timer = setTimeout(giveUp, timeouts.connect, 'connect');
    function giveUp(phase: keyof Timeouts): void {
      sent.destroy(new TimedOut(phase, timeouts[phase]));
    }
    const enter = (phase: keyof Timeouts): void => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeouts[phase], phase);
    };
    const connected = () => enter(body === undefined ? 'answer' : 'idle');
    sent.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', connected);
      else connected();
    });
    sent.once('response', resolve);
    sent.once('error', (error) => reject(asError(blameProxy(error, proxy, url))));
    // Later errors come from tearing down what has failed already.
    sent.on('error', () => undefined);
    if (body === undefined) sent.end();
    else void pour(body, sent, enter).catch((error: unknown) => sent.destroy(asError(error)));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends connections that nobody uses now. */
  close(): void {
    this.#http?.destroy();
    this.#https?.agent.destroy();
  }

  #plain() {
    // An `import` looks at all that the module exports, and so loads the browser's sockets as well: 50 ms more.
    const { Agent, request } = process.getBuiltinModule('node:http');
    this.#http ??= new Agent({ keepAlive: true, proxyEnv: this.#proxies('http') });
    return { agent: this.#http, request };
  }

  /** TLS takes its time to load, and registries at home and in tests do without. */
  async #secure() {
    if (this.#https === undefined) {
      const { Agent, request } = process.getBuiltinModule('node:https');
      const ca = await this.#authorities();
      const agent = new Agent({ keepAlive: true, proxyEnv: this.#proxies('https'), ...(ca && { ca }) });
      this.#https ??= { agent, request };
    }
    return this.#https;
  }

  #proxies(protocol: 'http' | 'https') {
    const proxy = proxyFor(protocol, this.#env);
    const NO_PROXY = this.#env['no_proxy'] ?? this.#env['NO_PROXY'];
    return {
      ...(proxy && { [`${protocol.toUpperCase()}_PROXY`]: proxy.url.href }),
      ...(NO_PROXY && { NO_PROXY }),
    };
  }

  async #authorities(): Promise<string[] | undefined> {
    const variable = this.#env['KONTOR_CAFILE'] ? 'KONTOR_CAFILE' : 'SSL_CERT_FILE';
    const file = this.#env[variable];
    if (!file) return undefined;
    const { getCACertificates } = await import('node:tls');
    let own: string;
    try {
      own = readFileSync(file, 'utf8');
    } catch (error) {
      throw new Fault('bad_request', `${variable} names ${file}, which cannot be read.`, { cause: error });
    }
    // TLS passes over what it does not know, and would not trust the server without saying why.
    if (!PEM_CERTIFICATE.test(own)) {
      throw new Fault('bad_request', `${variable} names ${file}, which holds no PEM certificate.`);
    }
    return [...getCACertificates('default'), own];
  }
}

const PEM_CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;

/** Sends a body piece by piece, at the pace of the receiver, until it has answered. */
async function pour(
  body: Body,
  sent: ReturnType<typeof httpRequest>,
  enter: (phase: keyof Timeouts) => void,
): Promise<void> {
  const answered = new Promise<'over'>((resolve) => {
    sent.once('response', () => resolve('over'));
    sent.once('close', () => resolve('over'));
  });
  for await (const piece of body.open()) {
    const drained =
      sent.write(piece) || new Promise<'go'>((resolve) => sent.once('drain', () => resolve('go')));
    if ((await Promise.race([drained, answered])) === 'over') return;
    enter('idle');
  }
  enter('answer');
  sent.end();
}

/**
 * The pieces of an answer's body as they come. Rejects with `TimedOut` when none comes for `idle` milliseconds, or in twice that time too
 * little (`Pace`).
 */
export async function* pieces(answer: IncomingMessage, idle: number): AsyncGenerator<Buffer> {
  const stop = () => answer.destroy(new TimedOut('idle', idle));
  let timer = setTimeout(stop, idle);
  const pace = new Pace(2 * idle);
  try {
    pace.wait();
    for await (const piece of answer) {
      // Whoever takes the pieces may be slow; that is not the server's fault.
      clearTimeout(timer);
      if (Buffer.isBuffer(piece)) {
        pace.came(piece.length);
        yield piece;
      }
      timer = setTimeout(stop, idle);
      pace.wait();
    }
  } finally {
    clearTimeout(timer);
    answer.destroy();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
