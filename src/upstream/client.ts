import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Fault, errnoOf } from '../kernel/index.ts';
import type { UpstreamSource, UpstreamTimeouts } from '../registry/index.ts';
import { dispatcherFor } from './dispatcher.ts';
import { defaultTimeouts } from './timeouts.ts';
import { viaOf } from './via.ts';

const MAX_REDIRECTS = 3;

export interface UpstreamResponse {
  status: number;
  /** A header's value; several lines of it are joined as one list. */
  header(name: string): string | null;
  /** Must be read to its end or destroyed. */
  body: Readable;
}

/**
 * Asks one upstream, and never anyone else: whatever a document or a redirect says, requests go to the origin that the
 * operator or npm's configuration named, so no answer can lead us to a host of its own choice (SSRF), and credentials
 * stay where they belong.
 */
export class UpstreamClient {
  readonly base: URL;
  readonly timeouts: UpstreamTimeouts;
  readonly #source: UpstreamSource;
  /** Made by the first request. */
  #dispatcher: Promise<Dispatcher> | undefined;
  readonly #headers: Record<string, string>;

  /** `storeId` marks our requests in `Via`. Throws a Fault `config_invalid` if the source's URL is none. */
  constructor(source: UpstreamSource, storeId: string, timeouts: Partial<UpstreamTimeouts> = {}) {
    this.base = parseBase(source.url);
    this.timeouts = { ...defaultTimeouts, ...timeouts };
    this.#source = source;
    const authorization = source.authorization ?? basicOf(this.base);
    this.base.username = '';
    this.base.password = '';
    this.#headers = {
      via: viaOf(storeId),
      'user-agent': 'kontor',
      ...(authorization ? { authorization } : {}),
    };
  }

  /** URL of a path (percent-encoded, no leading slash) below the base. */
  below(path: string): URL {
    return this.#own(new URL(this.base.pathname + path, this.base));
  }

  /**
   * Where to ask for what a document locates at `url`: there if that is our upstream's origin, else the same path at
   * our upstream, below its base path. Mirrors and proxies often hand out the URLs of the registry behind them.
   */
  located(url: string): URL {
    const there = new URL(url);
    if (there.origin === this.base.origin) return this.#own(there);
    const path = there.pathname.startsWith(this.base.pathname)
      ? there.pathname
      : this.base.pathname + there.pathname.slice(1);
    return this.#own(new URL(path + there.search, this.base));
  }

  /**
   * One GET. Follows up to three redirects within the origin. Rejects with a Fault: `upstream_down` if no answer came,
   * or one that says so (5xx, 429), `upstream_failed` if it leads elsewhere. `total` bounds it all in milliseconds.
   */
  async get(url: URL, headers: Record<string, string>, total: number): Promise<UpstreamResponse> {
    const signal = AbortSignal.timeout(total);
    let target = url;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#ask(target, headers, signal);
      const location = response.header('location');
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
        if (response.status < 500 && response.status !== 429) return response;
        response.body.destroy();
        throw this.down(`it answered with status ${response.status}`);
      }
      response.body.destroy();
      if (redirects === MAX_REDIRECTS) throw this.#refused(`it redirects more than ${MAX_REDIRECTS} times`);
      const next = URL.canParse(location, target.href) ? new URL(location, target) : undefined;
      if (next?.origin !== this.base.origin) throw this.#refused('it redirects to another host');
      target = this.#own(next);
    }
  }

  /** The Fault for an upstream that cannot be asked; `reason` is a clause. */
  down(reason: string, cause?: unknown): Fault {
    return new Fault(
      'upstream_down',
      `The upstream registry ${this.base.host} cannot be asked now: ${reason}. Try again later.`,
      { cause },
    );
  }

  /** Brings any error of a request or its body into a Fault. */
  fault(error: unknown): Fault {
    return error instanceof Fault ? error : this.down(reasonOf(error), error);
  }

  async close(): Promise<void> {
    const dispatcher = await this.#dispatcher?.catch(() => undefined);
    await dispatcher?.destroy();
  }

  async #ask(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<UpstreamResponse> {
    try {
      // Loaded here, and in `dispatcherFor`, so that a server which asks nobody does not carry it in memory.
      const { request } = await import('undici');
      const dispatcher = await (this.#dispatcher ??= dispatcherFor(this.#source, this.timeouts));
      const options = { dispatcher, headers: { ...this.#headers, ...headers }, signal };
      // A server may close an idle connection in the moment in which we write to it: that says nothing of the server.
      const response = await request(url, options).catch((error: unknown) => {
        if (!['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(errnoOf(error) ?? '')) throw error;
        return request(url, options);
      });
      // A body that is thrown away emits an error that concerns nobody; who reads it gets the error from reading.
      response.body.on('error', () => {});
      return {
        status: response.statusCode,
        header(name) {
          const value = response.headers[name];
          return value === undefined ? null : [value].flat().join(', ');
        },
        body: response.body,
      };
    } catch (error) {
      throw this.fault(error);
    }
  }

  /** A URL without what could carry secrets or confuse: no user name, no fragment; never another origin. */
  #own(url: URL): URL {
    if (url.origin !== this.base.origin) throw this.#refused('it leads to another host');
    const own = new URL(url.pathname + url.search, this.base);
    if (own.origin !== this.base.origin) throw this.#refused('it leads to another host');
    return own;
  }

  #refused(reason: string): Fault {
    return new Fault(
      'upstream_failed',
      `The upstream registry ${this.base.host} gave an answer that is not followed: ${reason}.`,
    );
  }
}

function parseBase(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Fault(
      'config_invalid',
      'The URL of the upstream registry must begin with http:// or https://.',
    );
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  url.search = '';
  url.hash = '';
  return url;
}

function basicOf(url: URL): string | undefined {
  if (!url.username && !url.password) return undefined;
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch (cause) {
    const sentence = 'User name and password in the URL of the upstream registry must be percent-encoded.';
    throw new Fault('config_invalid', sentence, { cause });
  }
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name cannot be looked up',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'its answer did not come in time',
  UND_ERR_BODY_TIMEOUT: 'its answer stopped in the middle',
  UND_ERR_SOCKET: 'the connection broke',
  ECONNRESET: 'the connection broke',
};

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'its answer took too long';
  const code = errnoOf(error);
  return REASONS[code ?? ''] ?? (code ? `the request failed (${code})` : 'the request failed');
}
