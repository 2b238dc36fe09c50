import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Script } from './scripted-upstream.ts';

/** What a script would have answered. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

export type Sender = (answer: Answer, request: IncomingMessage, response: ServerResponse) => void;

/**
 * Lets a script answer, and gives the whole answer to `send` in place of the client. A script that never ends its answer
 * never gets as far.
 */
export function altered(script: Script, send: Sender): Script {
  return (request, response) => {
    const answer: Answer = { status: 200, headers: {}, body: Buffer.alloc(0) };
    const chunks: Buffer[] = [];
    const own = { writeHead: response.writeHead, write: response.write, end: response.end };
    const keep = (chunk: unknown) => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string));
    };
    const stand: Record<keyof typeof own, (...values: unknown[]) => unknown> = {
      writeHead(status, ...rest) {
        answer.status = Number(status);
        const headers = rest.find((value) => typeof value === 'object' && value !== null) ?? {};
        for (const [name, value] of Object.entries(headers)) {
          answer.headers[name.toLowerCase()] = Array.isArray(value) ? value.map(String) : String(value);
        }
        return response;
      },
      write(chunk) {
        keep(chunk);
        return true;
      },
      end(chunk) {
        keep(chunk);
        answer.body = Buffer.concat(chunks);
        Object.assign(response, own);
        send(answer, request, response);
        return response;
      },
    };
    Object.assign(response, stand);
    script(request, response);
  };
}

/** Status and headers of an answer, with the length that its body really has unless it says another. */
export function sendHead({ status, headers, body }: Answer, response: ServerResponse): void {
  const bodiless = status === 304 || status === 204;
  response.writeHead(status, {
    ...(bodiless ? {} : { 'content-length': String(body.length) }),
    ...headers,
  });
}
