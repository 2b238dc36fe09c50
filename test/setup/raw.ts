import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

export interface RawAnswer {
  status: number;
  /** By lower-case name. */
  headers: Map<string, string>;
  /** As it came: a chunked one has the sizes of its chunks in it. */
  body: string;
}

export interface RawRequest {
  method?: string;
  /** The request target, byte for byte: no client cleans it up. */
  target: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** A hang is a finding: a test that waits for longer has found one. Milliseconds. */
const LONGEST_WAIT = 20_000;

/** A connection on which a test says exactly what it wants to. */
export class RawConnection {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #closed = false;

  static async to(server: { port: number }): Promise<RawConnection> {
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket.setNoDelay();
    socket.on('data', (chunk: Buffer) => (this.#received = Buffer.concat([this.#received, chunk])));
    // A server may close on what it refuses while we still write.
    socket.on('error', () => undefined);
    socket.on('close', () => (this.#closed = true));
  }

  write(text: string | Buffer): void {
    this.#socket.write(text);
  }

  /** Says that nothing more comes (FIN). */
  end(): void {
    this.#socket.end();
  }

  /** Is gone at once (RST), as a client that was killed. */
  hangUp(): void {
    this.#socket.resetAndDestroy();
  }

  /** Reads no more, as a client that hangs. */
  pause(): void {
    this.#socket.pause();
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    await this.#until(() => this.#closed, 'the server did not close the connection');
  }

  /** Resolves when at least `bytes` have come. */
  async receive(bytes: number): Promise<void> {
    await this.#until(() => this.#received.length >= bytes || this.#closed, 'nothing more came');
  }

  /** The next whole answer, to a request with `method`; rejects if the connection ends before there is one. */
  async answer(method = 'GET'): Promise<RawAnswer> {
    let answer: RawAnswer | undefined;
    await this.#until(() => {
      const closed = this.#closed;
      answer = this.#take(method);
      return answer !== undefined || closed;
    }, 'no whole answer came');
    if (answer !== undefined) return answer;
    throw new Error(`The server closed without a whole answer; it sent «${this.#received.toString()}».`);
  }

  #take(method: string): RawAnswer | undefined {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [first = '', ...lines] = this.#received.toString('latin1', 0, end).split('\r\n');
    const status = Number(first.split(' ')[1]);
    const headers = new Map(lines.map((line) => [line.split(':')[0]?.toLowerCase() ?? '', valueOf(line)]));
    const bodiless = method === 'HEAD' || status < 200 || status === 304;
    const length = bodiless ? 0 : Number(headers.get('content-length') ?? NaN);
    const chunked = !bodiless && headers.get('transfer-encoding') === 'chunked';
    const rest = this.#received.subarray(end + 4);
    const size = chunked ? chunkedSize(rest) : Number.isNaN(length) && this.#closed ? rest.length : length;
    // Not a number as long as only the end of the connection can tell.
    if (!(this.#received.length >= end + 4 + size)) return undefined;
    const body = this.#received.toString('utf8', end + 4, end + 4 + size);
    this.#received = this.#received.subarray(end + 4 + size);
    return { status, headers, body };
  }

  async #until(condition: () => boolean, otherwise: string): Promise<void> {
    const deadline = Date.now() + LONGEST_WAIT;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`${otherwise} within ${LONGEST_WAIT} ms`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** One request on a connection of its own. */
export async function rawRequest(server: { port: number }, request: RawRequest): Promise<RawAnswer> {
  const connection = await RawConnection.to(server);
  try {
    connection.write(requestHead({ ...request, headers: { connection: 'close', ...request.headers } }));
    if (request.body !== undefined) connection.write(request.body);
    return await connection.answer(request.method);
  } finally {
    connection.hangUp();
  }
}

/** Request line and headers, with `host` and the length of the body unless given. */
export function requestHead({ method = 'GET', target, headers = {}, body }: RawRequest): string {
  const all: Record<string, string> = { host: '127.0.0.1', ...headers };
  if (body !== undefined && !('content-length' in all) && !('transfer-encoding' in all))
    all['content-length'] = String(Buffer.byteLength(body));
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Bytes of a chunked body with all that frames it (RFC 9112 section 7.1, without trailers); NaN if it is not there yet. */
function chunkedSize(received: Buffer): number {
  for (let at = 0; ;) {
    const line = received.indexOf('\r\n', at);
    if (line < 0) return NaN;
    const size = Number.parseInt(received.toString('latin1', at, line), 16);
    at = line + 2 + size + 2;
    if (at > received.length) return NaN;
    if (size === 0) return at;
  }
}

function valueOf(line: string): string {
  return line.slice(line.indexOf(':') + 1).trim();
}
