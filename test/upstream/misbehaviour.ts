import { altered, sendHead } from './answer.ts';
import type { Script } from './scripted-upstream.ts';

/** Somebody else's data: what a redirect must never lead a server to. */
export const LINK_LOCAL = 'http://169.254.169.254/latest/meta-data/';

/** The same answer to everything. */
export function answers(
  status: number,
  body: string | Buffer = '',
  headers: Record<string, string> = {},
): Script {
  return (_, response) => {
    if (body.length === 0) response.writeHead(status, headers).end();
    else response.writeHead(status, headers).end(body);
  };
}

/** Accepts the request and never says anything. */
export const silent: Script = () => {};

/** Breaks the connection without a word. */
export const dead: Script = (request) => {
  request.socket.resetAndDestroy();
};

/** A log-in page, as proxies of hotels and companies send it in place of anything. */
export const page: Script = answers(200, '<!doctype html><title>Sign in</title>', {
  'content-type': 'text/html',
});

/** Says that it is JSON, and is not. */
export const nonsense: Script = answers(200, '{"name":"demo","versions":{', {
  'content-type': 'application/json',
});

/** 304 to whoever asks, whether or not with validators, and with any ETag. */
export function notModified(etag?: string): Script {
  return answers(304, '', etag === undefined ? {} : { etag });
}

/** 429 or 503 with `Retry-After`, in seconds or as a date. */
export function retryLater(status: 429 | 503, retryAfter: number | string): Script {
  return answers(status, '{"error":"slow down"}', { 'retry-after': String(retryAfter) });
}

/** Redirects everything to one place (absolute or relative), or to where a function of the path says. */
export function redirects(to: string | ((path: string) => string), status = 302): Script {
  return (request, response) => {
    const location = typeof to === 'string' ? to : to(request.url ?? '/');
    response.writeHead(status, { location }).end();
  };
}

/** A body without an end, as fast as it is read. */
export const endless: Script = (_, response) => {
  const chunk = Buffer.alloc(65_536, ' ');
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};

/**
 * The right headers and the first `keep` bytes of the body (default: half), then the connection is cut (`cut`: the client
 * sees a reset) or goes silent (`stall`).
 */
export function truncated(
  script: Script,
  { keep, end = 'cut' }: { keep?: number; end?: 'cut' | 'stall' } = {},
): Script {
  return altered(script, (answer, request, response) => {
    sendHead(answer, response);
    const part = answer.body.subarray(0, keep ?? Math.floor(answer.body.length / 2));
    response.write(part, () => {
      if (end === 'cut') setTimeout(() => request.socket.resetAndDestroy(), 20);
    });
  });
}

/** As truncated, but with the length of what really comes: HTTP finds nothing wrong with it. */
export function shortened(script: Script, keep?: number): Script {
  return altered(script, (answer, _, response) => {
    const body = answer.body.subarray(0, keep ?? Math.floor(answer.body.length / 2));
    const headers = { ...answer.headers, 'content-length': String(body.length) };
    sendHead({ ...answer, headers, body }, response);
    response.end(body);
  });
}

/** The same number of bytes, of which one is another: only a digest tells. */
export function corrupted(script: Script): Script {
  return altered(script, (answer, _, response) => {
    const body = Buffer.from(answer.body);
    const middle = body.length >> 1;
    if (body.length > 0) body[middle] = (body[middle] ?? 0) ^ 1;
    sendHead({ ...answer, body }, response);
    response.end(body);
  });
}

/** Says that the body has `difference` bytes more (or fewer) than it has, and ends the connection after it. */
export function wrongLength(script: Script, difference: number): Script {
  return altered(script, (answer, request, response) => {
    const length = String(Math.max(0, answer.body.length + difference));
    sendHead({ ...answer, headers: { ...answer.headers, 'content-length': length } }, response);
    response.write(answer.body, () => setTimeout(() => request.socket.destroy(), 20));
  });
}

/** The same answer with other headers; null takes one away. */
export function withHeaders(script: Script, changes: Record<string, string | null>): Script {
  return altered(script, (answer, _, response) => {
    const headers = { ...answer.headers };
    for (const [name, value] of Object.entries(changes)) {
      delete headers[name.toLowerCase()];
      if (value !== null) headers[name.toLowerCase()] = value;
    }
    sendHead({ ...answer, headers }, response);
    response.end(answer.body);
  });
}
