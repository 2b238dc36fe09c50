import { createServer, request as ask, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
}

/** A road to a store that the test can spoil. Each hook is asked for every request. */
export interface S3Proxy {
  /** Without a slash at its end. */
  url: string;
  requests: SeenRequest[];
  /** Answers in place of the store: a status, and S3's code for it. */
  instead: (request: SeenRequest) => { status: number; code?: string } | undefined;
  /** Changes the body on its way to the store. */
  tamper: (request: SeenRequest, body: Buffer) => Buffer;
  /** Passes a request on only after this, however long its sender waits. */
  delay: (request: SeenRequest) => Promise<void> | undefined;
  /** Changes the body of the store's answer. */
  rewrite: (request: SeenRequest, body: Buffer) => Buffer;
  /** Passes half of the answer on, and then nothing. */
  stalls: (request: SeenRequest) => boolean;
  /** Lets the store do what is asked, and cuts the connection instead of passing its answer on. */
  losesAnswer: (request: SeenRequest) => boolean;
}

/** Stands in front of a gateway until the test is finished. */
export async function s3Proxy(port: number): Promise<S3Proxy> {
  const server = createServer((incoming, response) => {
    const { method = '', url: path = '/', headers } = incoming;
    const seen: SeenRequest = { method, path, headers };
    proxy.requests.push(seen);
    const cut = () => response.destroy();
    buffer(incoming).then(async (whole) => {
      const instead = proxy.instead(seen);
      if (instead !== undefined) {
        const { status, code = '' } = instead;
        response
          .writeHead(status, { 'content-type': 'application/xml' })
          .end(
            status < 300
              ? ''
              : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
          );
        return;
      }
      await proxy.delay(seen);
      const body = proxy.tamper(seen, whole);
      const onward = ask({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
        buffer(answer).then((bytes) => {
          if (proxy.losesAnswer(seen)) return cut();
          const { connection: _1, 'transfer-encoding': _2, 'keep-alive': _3, ...rest } = answer.headers;
          const changed = proxy.rewrite(seen, bytes);
          const length = changed === bytes ? {} : { 'content-length': changed.length };
          response.writeHead(answer.statusCode ?? 502, { ...rest, ...length });
          if (proxy.stalls(seen)) response.write(changed.subarray(0, changed.length / 2));
          else response.end(changed);
        }, cut);
      });
      onward.on('error', cut).end(body);
    }, cut);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy does not listen.');
  const proxy: S3Proxy = {
    url: `http://127.0.0.1:${address.port}`,
    requests: [],
    instead: () => undefined,
    delay: () => undefined,
    tamper: (_, body) => body,
    rewrite: (_, body) => body,
    stalls: () => false,
    losesAnswer: () => false,
  };
  return proxy;
}
