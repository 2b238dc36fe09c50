import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';

export interface ConnectProxy {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** What it was asked for, as it came: `CONNECT host:port` or `GET http://host/path`. */
  requests: string[];
  close(): Promise<void>;
}

/** An HTTP proxy (RFC 9110 section 9.3.6) that leads wherever it is asked to go to one port of this machine. */
export async function connectProxy(port: number): Promise<ConnectProxy> {
  const requests: string[] = [];
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const { pathname, search } = new URL(request.url ?? '', 'http://none.invalid');
    const onward = { port, host: '127.0.0.1', path: pathname + search, headers: request.headers };
    ask(onward, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connect', (request, socket) => {
    requests.push(`CONNECT ${request.url}`);
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy does not listen.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of sockets) socket.destroy();
      }),
  };
}
