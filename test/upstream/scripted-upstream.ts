import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** Answers one request; what it does not end stays open until the upstream is closed. */
export type Script = (request: IncomingMessage, response: ServerResponse) => void;

export interface ScriptedUpstream {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string;
  readonly port: number;
  /** Every request so far, in order; may be emptied. */
  readonly requests: IncomingMessage[];
  /** What it does from now on. */
  script: Script;
  /** Requests that have come and whose answers have neither ended nor broken off. */
  readonly inFlight: number;
  /** The most that were in flight at once; may be set back. */
  peak: number;
  /** How many requests asked for exactly this path (as sent, with its query) or for one that matches. */
  count(path: string | RegExp): number;
  /** Resolves when so many requests have come since the beginning, or since `requests` was emptied. */
  arrived(count: number): Promise<void>;
  /** Frees the port: the next request finds the connection refused, and those under way are reset. */
  close(): Promise<void>;
  /** Listens again at the same port. */
  reopen(): Promise<void>;
}

export interface UpstreamOptions {
  /** Address to listen at; default 127.0.0.1. */
  host?: string;
}

/** A real HTTP server on loopback that does what the test says. */
export async function scriptedUpstream(
  script: Script = () => {},
  { host = '127.0.0.1' }: UpstreamOptions = {},
): Promise<ScriptedUpstream> {
  const requests: IncomingMessage[] = [];
  let inFlight = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    inFlight += 1;
    upstream.peak = Math.max(upstream.peak, inFlight);
    response.once('close', () => {
      inFlight -= 1;
    });
    upstream.script(request, response);
    server.emit('arrived');
  });
  const listen = async (port: number) => {
    server.listen(port, host);
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The upstream does not listen.');
  const { port } = address;
  const upstream: ScriptedUpstream = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/`,
    port,
    requests,
    script,
    get inFlight() {
      return inFlight;
    },
    peak: 0,
    count: (path) =>
      requests.filter(({ url = '' }) => (typeof path === 'string' ? url === path : path.test(url))).length,
    async arrived(count) {
      while (requests.length < count) await once(server, 'arrived');
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    reopen: () => listen(port),
  };
  return upstream;
}
