import { hash } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Principal, SignedIn } from '../../accounts/index.ts';
import type { Repeatable } from '../../doors/index.ts';
import type { RequestLimits } from '../../policy/index.ts';
import type { ClientAddress } from './client-address.ts';
import { forwardedScheme } from './base-url.ts';
import { wasDecided } from './contest.ts';
import { KnownHeads } from './known-heads.ts';
import { isPlainRead } from './limits.ts';
import type { RequestLine, RequestLog } from './log.ts';

/** Answers that one process knows by heart; their bodies are kept elsewhere. */
const MOST_ANSWERS = 4096;
/** Characters of the request that tell it from others; longer ones are rare and would fill the memory. */
const LONGEST_KEY = 2048;

export interface Answer {
  status: number;
  /** Names and values in turn, as `writeHead` takes them. */
  headers: string[];
  /** Weak, for the door's caches alone decide what memory holds. */
  body: WeakRef<Buffer> | undefined;
  holds: () => boolean;
  /** When it was learnt, and until when it may be given, milliseconds since 1970. */
  since: number;
  until: number;
  onRepeat: (() => void) | undefined;
  /** What the database said of its changes when this was the right answer. */
  changes: number | undefined;
  /** Whom it was given to, if they showed a token. */
  to: Reader | undefined;
}

interface Reader {
  principal: SignedIn;
  address: string;
  /** The slow lane is asked again from then on, milliseconds since 1970. */
  until: number;
}

/** So long the slow lane need not see a token, which notes its last use to the minute; milliseconds. */
const LONGEST_TRUST = 30_000;

export interface ExpressLaneOptions {
  limits: Pick<RequestLimits, 'read' | 'readBy'> | undefined;
  /** See `SqlStore.changes`. Without it only answers to nobody are repeated. */
  changes: (() => number) | undefined;
  clientAddress: ClientAddress;
  log: RequestLog;
  nextId: () => string;
  /** Milliseconds that an idle connection is kept. */
  keepAliveTimeout: number;
}

/**
 * Gives an answer that was given before to the same request, before the framework sees it: most of what a hot read costs
 * lies there. It decides nothing. A door marks an answer as repeatable and says whether it still holds; requests are
 * the same if everything is that such an answer depends on, which `keyOf` lists. To a token the same answer is given as long
 * as the whole database is unchanged: whether it is revoked, what it may read and what is there all stand in it.
 */
export class ExpressLane {
  readonly #answers = new LRUCache<string, Answer>({ max: MOST_ANSWERS });
  readonly #heads: KnownHeads;
  readonly #options: ExpressLaneOptions;
  #closing = false;

  constructor(options: ExpressLaneOptions) {
    this.#options = options;
    this.#heads = new KnownHeads({
      ...options,
      repeat: ({ answer, method, url }, address, send) =>
        this.#repeat(answer, { method, url, address }, send),
    });
  }

  /** Answers what it can of the requests that `server` gets; everything else goes to the slow lane. */
  serve(server: Server, slowLane: RequestListener): void {
    this.#heads.watch(server);
    server.on('request', (request, response) => {
      if (!this.#answer(request, response)) slowLane(request, response);
    });
  }

  /** Learns from the answers of `app`, until it closes. */
  learnFrom(app: FastifyInstance): void {
    app.addHook('onResponse', (request, reply, done) => {
      const { repeatable, asked } = request;
      done();
      if (repeatable === undefined || wasDecided(request)) return;
      // Both are answered: neither can reject, or there would be nothing to repeat.
      if (request.headers.authorization === undefined) this.#learn(request, reply, repeatable, undefined);
      else void asked?.then((principal) => this.#learn(request, reply, repeatable, principal));
    });
    // From then on answers close their connections.
    app.addHook('preClose', async () => {
      this.#closing = true;
      await this.#heads.drain();
    });
  }

  /** True if it has answered; else nothing has happened. */
  #answer(request: IncomingMessage, response: ServerResponse): boolean {
    const { method = '', url = '' } = request;
    const address = this.#options.clientAddress(request);
    const key = keyOf(request, url, address);
    const known = key === undefined ? undefined : this.#answers.get(key);
    if (known === undefined) return false;
    const answered = this.#repeat(known, { method, url, address }, (body) => {
      response.writeHead(known.status, known.headers);
      response.end(body);
    });
    if (answered) this.#heads.learn(request, known);
    return answered;
  }

  #repeat(
    known: Answer,
    { method, url, address }: Pick<RequestLine, 'method' | 'url' | 'address'>,
    send: (body: Buffer | undefined) => void,
  ): boolean {
    const { limits, log, nextId } = this.#options;
    const { status, to, onRepeat } = known;
    const begun = performance.now();
    const body = known.body?.deref();
    if (this.#closing || (known.body !== undefined && body === undefined) || !this.#isRight(known))
      return false;
    // The slow lane asks the same and says why.
    if (limits?.read(address) !== undefined) return false;
    if (to !== undefined && limits?.readBy(to.principal, address) !== undefined) return false;
    send(body);
    onRepeat?.();
    log({ reqId: nextId(), method, url, status, address, ms: performance.now() - begun });
    return true;
  }

  #isRight(known: Answer): boolean {
    try {
      const now = Date.now();
      // A clock that was set back must not make it last.
      if (now < known.since || now >= known.until) return false;
      // First, for what `holds` tells may change right after it.
      const changes = this.#options.changes?.();
      const same = changes !== undefined && changes === known.changes;
      if (known.to !== undefined) return same && now < known.to.until;
      if (!same && !known.holds()) return false;
      known.changes = changes;
      return true;
    } catch {
      // What goes wrong here goes wrong in the slow lane too, which can say so.
      return false;
    }
  }

  #learn(
    request: FastifyRequest,
    reply: FastifyReply,
    { holds, until = Infinity, body, onRepeat }: Repeatable,
    principal: Principal | undefined,
  ): void {
    const { statusCode: status } = reply;
    const { changes, clientAddress: address } = request;
    const to = principal && readerOf(principal, address);
    if (principal !== undefined && (to === undefined || changes === undefined)) return;
    if ((status !== 200 && status !== 304) || !isPlainRead(request)) return;
    // The framework has put another URL there.
    const key = keyOf(request.raw, request.originalUrl, address);
    if (key === undefined || key.length > LONGEST_KEY) return;
    const headers = Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
      [value ?? ''].flat().flatMap((each) => [name, String(each)]),
    );
    this.#answers.set(key, {
      status,
      headers,
      body: status === 200 && request.method === 'GET' ? new WeakRef(body) : undefined,
      holds,
      since: Date.now(),
      until,
      onRepeat,
      changes,
      to,
    });
  }
}

/** Undefined for somebody whose credentials are not looked up in the database alone. */
function readerOf(principal: Principal, address: string): Reader | undefined {
  if (principal.kind !== 'user' || principal.tokenId === null) return undefined;
  const until = Math.min(principal.expiresAt ?? Infinity, Date.now() + LONGEST_TRUST);
  return { principal, address, until };
}

/**
 * Everything of a request that a repeatable answer can depend on; undefined for one that is never answered again. Two
 * requests with the same key differ in nothing that a door of ours looks at when it reads.
 */
function keyOf(request: IncomingMessage, url: string, address: string): string | undefined {
  const { method, headers, socket } = request;
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (
    headers.via !== undefined ||
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined ||
    headers.expect !== undefined
  )
    return undefined;
  // Where they connected to decides on the URLs in the answer: see `baseUrl`. A line end can be in none of these.
  return [
    method,
    url,
    headers.host,
    socket.localAddress,
    socket.localPort,
    forwardedScheme(request),
    headers.accept,
    headers['accept-encoding'],
    headers['if-none-match'],
    headers.range,
    // Of pages of other sites, for doors that say which of those may ask.
    headers.origin,
    // A token may be limited to addresses. It must not lie in memory itself.
    ...(headers.authorization === undefined ? [] : [address, hash('sha256', headers.authorization)]),
  ].join('\n');
}
