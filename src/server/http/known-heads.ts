import { hash } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Answer } from './express-lane.ts';

/** Heads that one process knows by heart, and bytes of the longest of them. */
const MOST_HEADS = 4096;
const LONGEST_HEAD = 2048;
/** What was being sent at a stop has this long, milliseconds; as long as everything else that is in flight. */
const LONGEST_DRAIN = 25_000;
const END = '\r\n\r\n';

export interface KnownHeadsOptions {
  /** Gives the answer through `send`, unless it does not hold any more: then nothing has happened. */
  repeat(known: KnownHead, address: string, send: (body: Buffer | undefined) => void): boolean;
  clientAddress: (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string;
  /** Milliseconds that an idle connection is kept, as Node tells clients. */
  keepAliveTimeout: number;
}

export interface KnownHead {
  answer: Answer;
  method: string;
  url: string;
  /** Where the request came in. */
  local: string;
  /** What is sent before the date. */
  opening: string;
}

interface Connection {
  socket: Socket;
  /** Hands bytes to Node. */
  parse: (chunk: Buffer) => void;
  /** True as long as nothing came but whole heads of requests without a body: then the next bytes begin a request. */
  plain: boolean;
  /** Requests that Node has read, and those that it has not answered yet. */
  read: number;
  open: number;
  /** Answers of ours that are still in memory. */
  unsent: number;
  /** What Node is reading, if it is one whole head. */
  head: string | undefined;
  local: string;
  address: string;
  onSent: () => void;
}

/**
 * Answers a request before Node reads it, if its head is, byte for byte, one that Node has read before: what it means is
 * known then, and half of what a hot read costs lies in reading it again. Clients of the same version and settings
 * send the same bytes for the same package.
 *
 * Bytes are only compared where a request must begin: on a connection on which nothing came so far but whole heads of
 * requests without a body, and on which Node owes no answer. Everything else, the first request of a connection
 * included, goes to Node, with its timeouts and limits, and a connection that ever sent something else stays there.
 */
export class KnownHeads {
  readonly #known = new LRUCache<string, KnownHead>({ max: MOST_HEADS });
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #options: KnownHeadsOptions;
  readonly #closing: string;
  #unsent = 0;

  constructor(options: KnownHeadsOptions) {
    this.#options = options;
    const seconds = Math.floor(options.keepAliveTimeout / 1000);
    this.#closing = `\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${seconds}${END}`;
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#watch(socket));
    server.prependListener('request', (request, response) => {
      const connection = this.#connections.get(request.socket);
      if (connection === undefined) return;
      connection.read += 1;
      connection.open += 1;
      if (!isBare(request)) connection.plain = false;
      response.once('close', () => (connection.open -= 1));
    });
  }

  /** Remembers that this request, which is being answered, is answered so. */
  learn(request: IncomingMessage, answer: Answer): void {
    const connection = this.#connections.get(request.socket);
    if (connection?.head === undefined || request.httpVersion !== '1.1') return;
    const {
      connection: option = 'keep-alive',
      'x-forwarded-for': address,
      'x-forwarded-proto': scheme,
    } = request.headers;
    // Not whoever is connected asks, or they want to go.
    if (address !== undefined || scheme !== undefined || option.toLowerCase() !== 'keep-alive') return;
    this.#known.set(nameOf(connection.head), {
      answer,
      method: request.method ?? '',
      url: request.url ?? '',
      local: connection.local,
      opening: openingOf(answer),
    });
  }

  /** Resolves when what was answered here has gone out; Node takes these connections for idle and would cut them off. */
  async drain(): Promise<void> {
    for (let waited = 0; this.#unsent > 0 && waited < LONGEST_DRAIN; waited += 10) await sleep(10);
  }

  #watch(socket: Socket): void {
    const [parse, ...others] = socket.listeners('data');
    // A Node that reads in another way is left alone.
    if (parse === undefined || others.length > 0) return;
    const connection: Connection = {
      socket,
      parse: parse.bind(socket) as Connection['parse'],
      plain: true,
      read: 0,
      open: 0,
      unsent: 0,
      head: undefined,
      local: `${socket.localAddress}:${socket.localPort}`,
      address: this.#options.clientAddress({ socket, headers: {} }),
      onSent: () => {
        connection.unsent -= 1;
        this.#unsent -= 1;
      },
    };
    this.#connections.set(socket, connection);
    // Node reads past JavaScript until somebody listens: https://nodejs.org/api/http.html#event-connection
    socket.on('data', (chunk: Buffer) => this.#receive(connection, chunk));
    socket.removeListener('data', parse as () => void);
  }

  #receive(connection: Connection, chunk: Buffer): void {
    const text = connection.plain && chunk.length <= LONGEST_HEAD ? chunk.toString('latin1') : undefined;
    if (text === undefined || !isHead(text)) {
      connection.plain = false;
      connection.parse(chunk);
      return;
    }
    if (connection.read > 0 && connection.open === 0 && connection.unsent === 0) {
      const known = this.#known.get(nameOf(text));
      if (known !== undefined && isFor(connection, known) && this.#answer(connection, known)) return;
    }
    const before = connection.read;
    connection.head = text;
    connection.parse(chunk);
    connection.head = undefined;
    if (connection.read !== before + 1) connection.plain = false;
  }

  #answer(connection: Connection, known: KnownHead): boolean {
    return this.#options.repeat(known, connection.address, (body) => {
      const { socket, onSent } = connection;
      connection.unsent += 1;
      this.#unsent += 1;
      const head = known.opening + dateNow() + this.#closing;
      if (body === undefined) {
        socket.write(head, 'latin1', onSent);
        return;
      }
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body, onSent);
      socket.uncork();
    });
  }
}

/** One whole head, if Node agrees that it holds one request. */
function isHead(text: string): boolean {
  return text.indexOf(END) === text.length - END.length;
}

/** Credentials must not lie in memory. */
function nameOf(head: string): string {
  return /\r\nauthorization:/i.test(head) ? hash('sha256', head) : head;
}

/** Where they connected to decides on the URLs in an answer, where they come from on what a token may. */
function isFor(connection: Connection, { local, answer: { to } }: KnownHead): boolean {
  return connection.local === local && (to === undefined || to.address === connection.address);
}

/** RFC 9112 section 6.3: a request with neither has no body. */
function isBare({ method, headers }: IncomingMessage): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.upgrade === undefined
  );
}

/** As Node writes it; RFC 9112 section 4. */
function openingOf({ status, headers }: Answer): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let at = 0; at < headers.length; at += 2) text += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return `${text}Date: `;
}

let date = '';
let dateUntil = 0;

/** RFC 9110 section 5.6.7, made once a second. */
function dateNow(): string {
  const now = Date.now();
  if (now >= dateUntil || now < dateUntil - 1000) {
    date = new Date(now).toUTCString();
    dateUntil = now - (now % 1000) + 1000;
  }
  return date;
}
