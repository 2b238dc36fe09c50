import type { Dispatcher } from 'undici';
import { Fault, NOT_PUBLIC, errnoOf, systemClock, type Clock, type Resolve } from '../kernel/index.ts';
import type { UpstreamSettings, UpstreamSource, UpstreamTimeouts } from '../registry/index.ts';
import { readBase } from './base.ts';
import { CONNECTIONS, foreignAgent, openAgent } from './dispatcher.ts';
import { Places } from './places.ts';
import { isUnreachable, reasonOf } from './reasons.ts';
import { retryAfterOf } from './retry-after.ts';
import { isRedirect, send, type UpstreamResponse } from './send.ts';
import { Slots } from './slots.ts';
import { defaultTimeouts } from './timeouts.ts';
import { viaOf } from './via.ts';

export type { UpstreamResponse };

const MAX_REDIRECTS = 3;

/** One request of several, if there are redirects. */
interface Hop {
  url: URL;
  headers: Record<string, string>;
  /** May hear the credentials. */
  isTrusted: boolean;
  signal: AbortSignal;
  /** For POST. */
  body?: string | Uint8Array;
}

export interface ClientOptions {
  source: UpstreamSource;
  settings: Partial<
    Pick<UpstreamSettings, 'name' | 'authorization' | 'timeouts' | 'allowHosts' | 'allowPrivate'>
  >;
  /** Marks our requests in `Via`. */
  storeId: string;
  /** Base URLs at which this server is reached: no redirect and no document leads there. */
  ownUrls?: () => string[];
  clock?: Clock;
  /** By default that of the system. */
  resolve?: Resolve;
}

/**
 * Asks one upstream: its origin as it was typed, with its credentials, and the foreign hosts that its operator allows, without them
 * and at addresses of the internet only (see `Places`, `guardedAgent`). Never more than 16 requests at once.
 */
export class UpstreamClient {
  readonly base: URL;
  readonly timeouts: UpstreamTimeouts;
  readonly #options: ClientOptions;
  readonly #places: Places;
  readonly #clock: Clock;
  readonly #slots = new Slots(CONNECTIONS);
  readonly #headers: Record<string, string>;
  readonly #authorization: string | undefined;
  /** Made by the first request. */
  #home: Promise<Dispatcher> | undefined;
  #foreign: Promise<Dispatcher> | undefined;
  /** How many answers have come, of whatever kind. */
  #answers = 0;
  /** Origin to the moment from which it may be asked again. */
  readonly #retryAt = new Map<string, number>();

  /** Fault `config_invalid` if the source's URL or an allowed host is none. */
  constructor(options: ClientOptions) {
    const { source, settings, storeId, ownUrls = () => [], clock = systemClock } = options;
    const { url, authorization } = readBase(source.url);
    this.base = url;
    this.timeouts = { ...defaultTimeouts, ...settings.timeouts };
    this.#options = options;
    this.#clock = clock;
    const { name = url.host, allowHosts = [] } = settings;
    this.#places = new Places(url, { name, allowHosts, ownUrls });
    this.#headers = { via: viaOf(storeId), 'user-agent': 'kontor' };
    this.#authorization = settings.authorization ?? source.authorization ?? authorization;
  }

  /** Until when the upstream has asked to be left alone, milliseconds; requests are refused until then. 0 if it has not. */
  get retryAt(): number {
    return this.#retryAt.get(this.base.origin) ?? 0;
  }

  /** URL of a path (percent-encoded, no leading slash) below the base. */
  below(path: string): URL {
    return this.#places.below(path);
  }

  /**
   * One GET. Follows up to three redirects, to the upstream itself and to the hosts that it is allowed to lead to. Rejects with a
   * Fault: `upstream_down` if no answer came, or one that says so (5xx, 429), `upstream_failed` if it leads elsewhere. `total` bounds
   * it all in milliseconds, from when its turn has come. With `yields` that of all others comes first, for what nobody lacks.
   */
  get(
    url: URL,
    headers: Record<string, string>,
    total: number,
    { yields = false }: { yields?: boolean } = {},
  ): Promise<UpstreamResponse> {
    return this.#inTurn({ url, total, yields }, (signal) => this.#follow(url, headers, signal));
  }

  /**
   * One POST of a question, which may be asked twice. What is sent is for the upstream itself: redirects are not followed
   * (`upstream_failed`). Else as `get`.
   */
  post(
    url: URL,
    headers: Record<string, string>,
    body: string | Uint8Array,
    total: number,
  ): Promise<UpstreamResponse> {
    if (!this.#places.isHome(url)) throw this.#places.refused('it leads to another host');
    return this.#inTurn({ url, total, yields: false }, async (signal) => {
      const response = await this.#ask({ url, headers, isTrusted: true, signal, body });
      if (!isRedirect(response)) return this.#answered(url, response);
      response.discard();
      throw this.#places.refused('it redirects what is sent to it');
    });
  }

  /** GET of a file that a document locates at `place`, see `Places.located`. Faults as `get`. */
  async getFile(place: string, headers: Record<string, string>): Promise<UpstreamResponse> {
    const { url, instead } = this.#places.located(place);
    const response = await this.get(url, headers, this.timeouts.artifact);
    if (instead === null || response.status === 200) return response;
    response.discard();
    throw new Fault(
      'upstream_failed',
      `The upstream registry ${this.base.host} says that a file is at ${instead}, ${this.#places.advice(new URL(place))}. It was asked for at ${this.base.host} in its place, which answered with status ${response.status}.`,
    );
  }

  /** The Fault for an upstream that cannot be asked; `reason` is a clause. */
  down(reason: string, options: { cause?: unknown; retryAfter?: number } = {}): Fault {
    const sentence = `The upstream registry ${this.base.host} cannot be asked now: ${reason}. Try again later.`;
    return new Fault('upstream_down', sentence, options);
  }

  /** Brings any error of a request to `url`, or of its body, into a Fault. */
  fault(error: unknown, url: URL = this.base): Fault {
    if (error instanceof Fault) return error;
    if (errnoOf(error) !== NOT_PUBLIC) return this.down(this.#said(url, reasonOf(error)), { cause: error });
    const setting = `allowPrivate of the upstream ${this.#options.settings.name ?? this.base.host}`;
    return this.#places.refused(
      `${error instanceof Error ? error.message : 'a host'}; set ${setting} if that is meant to be asked`,
    );
  }

  async close(): Promise<void> {
    for (const made of [this.#home, this.#foreign]) {
      const dispatcher = await made?.catch(() => undefined);
      await dispatcher?.destroy();
    }
  }

  /** Does what there is to do when it is its turn, and keeps the place until the body has ended. */
  async #inTurn(
    { url, total, yields }: { url: URL; total: number; yields: boolean },
    ask: (signal: AbortSignal) => Promise<UpstreamResponse>,
  ): Promise<UpstreamResponse> {
    this.#places.check(url);
    this.#heedRest(url);
    const late = () => this.down('too many requests wait for it');
    const giveBack = await this.#slots.take({ patience: this.timeouts.document, late, yields });
    try {
      const response = await ask(AbortSignal.timeout(total));
      if (response.body.closed) giveBack();
      else response.body.once('close', giveBack);
      return response;
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  async #follow(first: URL, headers: Record<string, string>, signal: AbortSignal): Promise<UpstreamResponse> {
    let url = first;
    /** What has left the upstream's origin once does not get its credentials again. */
    let isTrusted = true;
    for (let redirects = 0; ; redirects++) {
      isTrusted &&= this.#places.isHome(url);
      const response = await this.#ask({ url, headers, isTrusted, signal });
      if (!isRedirect(response)) return this.#answered(url, response);
      response.discard();
      if (redirects === MAX_REDIRECTS) {
        throw this.#places.refused(`it redirects more than ${MAX_REDIRECTS} times`);
      }
      url = this.#places.redirected(response.header('location') ?? '', url);
    }
  }

  /** An answer that is one; the Fault for a status that says "not now". 501 says "never". */
  #answered(url: URL, response: UpstreamResponse): UpstreamResponse {
    if (response.status === 501 || (response.status < 500 && response.status !== 429)) return response;
    response.discard();
    throw this.#refusedBy(url, response);
  }

  async #ask({ url, headers, isTrusted, signal, body }: Hop): Promise<UpstreamResponse> {
    this.#heedRest(url);
    const before = this.#answers;
    try {
      const credentials =
        isTrusted && this.#authorization !== undefined ? { authorization: this.#authorization } : {};
      const response = await send(url, {
        dispatcher: await this.#dispatcherFor(url),
        headers: { ...this.#headers, ...headers, ...credentials },
        signal,
        body,
      });
      this.#answers += 1;
      return response;
    } catch (error) {
      const fault = this.fault(error, url);
      // Nobody has answered since: those in line need not find that out one by one.
      const isDead = isUnreachable(error) && this.#places.isHome(url) && this.#answers === before;
      if (isDead) this.#slots.turnAway(fault);
      throw fault;
    }
  }

  #dispatcherFor(url: URL): Promise<Dispatcher> {
    const { source, settings, resolve } = this.#options;
    if (this.#places.isHome(url) || settings.allowPrivate === true) {
      return (this.#home ??= openAgent(source, this.timeouts));
    }
    return (this.#foreign ??= foreignAgent(source, this.timeouts, resolve));
  }

  /** The Fault for a status that says "not now"; remembers for how long. */
  #refusedBy(url: URL, response: UpstreamResponse): Fault {
    const reason = this.#said(url, `it answered with status ${response.status}`);
    const isRest = response.status === 429 || response.status === 503;
    const now = this.#clock();
    const retryAfter = isRest ? retryAfterOf(response.header('retry-after'), now) : undefined;
    if (retryAfter === undefined) return this.down(reason);
    this.#retryAt.set(url.origin, now + retryAfter * 1000);
    return this.down(`${reason} and wants to be left alone for ${retryAfter} s`, { retryAfter });
  }

  #heedRest(url: URL): void {
    const left = (this.#retryAt.get(url.origin) ?? 0) - this.#clock();
    if (left <= 0) return;
    const retryAfter = Math.ceil(left / 1000);
    throw this.down(this.#said(url, `it wants to be left alone for ${retryAfter} s`), { retryAfter });
  }

  /** A clause about whoever is at `url`. */
  #said(url: URL, reason: string): string {
    return this.#places.isHome(url) ? reason : `it leads to ${url.host}, and there ${reason}`;
  }
}
