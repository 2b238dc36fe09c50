import { createServer, request as ask, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface LoggingProxy {
  /** Without a slash at its end. */
  url: string;
  /** `GET /path` of every request so far. */
  requests: string[];
  /** What to make of a body on its way back. */
  tamper: (path: string, body: Buffer) => Buffer;
}

/** Stands in front of a server until the test is finished; it passes requests on as they are and keeps their paths. */
export async function loggingProxy(port: number): Promise<LoggingProxy> {
  const server = createServer((request, response) => {
    const { method, url: path = '/', headers } = request;
    proxy.requests.push(`${method} ${path}`);
    const fail = () => response.destroy();
    const onward = ask({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      buffer(answer).then((whole) => {
        const body = proxy.tamper(path, whole);
        response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers)).end(body);
      }, fail);
    });
    onward.on('error', fail);
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy does not listen.');
  const proxy: LoggingProxy = {
    url: `http://127.0.0.1:${address.port}`,
    requests: [],
    tamper: (_path, body) => body,
  };
  return proxy;
}

/** Connections are ours, and Node counts the bytes of the body anew. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _1, 'transfer-encoding': _2, 'keep-alive': _3, ...rest } = headers;
  return rest;
}
