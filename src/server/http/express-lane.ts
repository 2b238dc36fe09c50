import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Door, Repeatable } from '../../doors/index.ts';
import type { RequestLimits } from '../../policy/index.ts';
import type { ClientAddress } from './client-address.ts';
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
  onRepeat: (() => void) | undefined;
}

export interface ExpressLaneOptions {
  doors: ReadonlyMap<string, Door>;
  limits: Pick<RequestLimits, 'read'> | undefined;
  clientAddress: ClientAddress;
  log: RequestLog;
  nextId: () => string;
  /** Milliseconds that an idle connection is kept. */
  keepAliveTimeout: number;
}

/**
 * Gives an answer that was given before to the same request, before the framework sees it: most of what a hot read costs
 * lies there. It decides nothing. A door marks an answer as repeatable and says whether it still holds; requests are
 * the same if everything is that such an answer depends on, which `keyOf` lists.
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
      if (request.repeatable !== undefined) this.#learn(request, reply, request.repeatable);
      done();
    });
    // From then on answers close their connections.
    app.addHook('preClose', async () => {
      this.#closing = true;
      await this.#heads.drain();
    });
  }

  /** True if it has answered; else nothing has happened. */
  #answer(request: IncomingMessage, response: ServerResponse): boolean {
    const key = keyOf(request);
    const known = key === undefined ? undefined : this.#answers.get(key);
    if (key === undefined || known === undefined) return false;
    const { method = '', url = '' } = request;
    const address = this.#options.clientAddress(request);
    const answered = this.#repeat(known, { method, url, address }, (body) => {
      response.writeHead(known.status, known.headers);
      response.end(body);
    });
    if (answered) this.#heads.learn(request, known);
    return answered;
  }

  #repeat(
    { status, body: kept, holds, onRepeat }: Answer,
    { method, url, address }: Pick<RequestLine, 'method' | 'url' | 'address'>,
    send: (body: Buffer | undefined) => void,
  ): boolean {
    const { limits, log, nextId } = this.#options;
    const begun = performance.now();
    const body = kept?.deref();
    if (this.#closing || (kept !== undefined && body === undefined) || !isTrue(holds)) return false;
    // The slow lane asks the same and says why.
    if (limits?.read(address) !== undefined) return false;
    send(body);
    onRepeat?.();
    log({ reqId: nextId(), method, url, status, address, ms: performance.now() - begun });
    return true;
  }

  #learn(request: FastifyRequest, reply: FastifyReply, { holds, body, onRepeat }: Repeatable): void {
    const { statusCode: status } = reply;
    if ((status !== 200 && status !== 304) || !isPlainRead(request, this.#options.doors)) return;
    // The framework has put another URL there.
    const key = keyOf(request.raw, request.originalUrl);
    if (key === undefined || key.length > LONGEST_KEY) return;
    const headers = Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
      [value ?? ''].flat().flatMap((each) => [name, String(each)]),
    );
    this.#answers.set(key, {
      status,
      headers,
      body: status === 200 && request.method === 'GET' ? new WeakRef(body) : undefined,
      holds,
      onRepeat,
    });
  }
}

/** What goes wrong here goes wrong in the slow lane too, which can say so. */
function isTrue(condition: () => boolean): boolean {
  try {
    return condition();
  } catch {
    return false;
  }
}

/**
 * Everything of a request that a repeatable answer can depend on; undefined for one that is never answered again. Two
 * requests with the same key differ in nothing that a door of ours looks at when it reads.
 */
function keyOf({ method, headers, socket, url: own }: IncomingMessage, url = own): string | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (
    headers.authorization !== undefined ||
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
    headers.accept,
    headers['accept-encoding'],
    headers['if-none-match'],
    headers.range,
  ].join('\n');
}
