import type { Dispatcher } from 'undici';
import { Fault, errnoOf, NOT_PUBLIC, isObject } from '../../kernel/index.ts';
import { guardedAgent } from '../../upstream/index.ts';

/** One answer takes no longer, milliseconds. */
const TIMEOUT = 5_000;
const LARGEST = 512 * 1024;

const options = { headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT, connect: { timeout: TIMEOUT } };
let open: Promise<Dispatcher> | undefined;
let careful: Promise<Dispatcher> | undefined;

/**
 * The JSON object at a URL, without redirects, large answers and long waits. `guarded`: only from addresses of the internet, for a
 * URL that no administrator has written. Fault `issuer_failed`.
 */
export async function getJson(url: URL, { guarded }: { guarded: boolean }): Promise<Record<string, unknown>> {
  try {
    if (guarded && url.protocol !== 'https:') throw failed(url, 'it is not https');
    const { request } = await import('undici');
    const { statusCode, body } = await request(url, {
      dispatcher: await (guarded ? (careful ??= guardedAgent(options)) : (open ??= openAgent())),
      headers: { accept: 'application/json', 'user-agent': 'kontor' },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    body.on('error', () => {});
    if (statusCode !== 200) {
      body.destroy();
      throw failed(url, `it answered with status ${statusCode}`);
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST) throw failed(url, 'its answer is too large');
      chunks.push(chunk);
    }
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (isObject(value)) return value;
    throw failed(url, 'its answer is no JSON object');
  } catch (error) {
    throw error instanceof Fault ? error : failed(url, reasonOf(error), error);
  }
}

async function openAgent(): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici');
  return new EnvHttpProxyAgent(options);
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'its answer is no JSON';
  if (error instanceof Error && error.name === 'TimeoutError') return 'it took too long';
  const code = errnoOf(error);
  if (code === NOT_PUBLIC) return 'it is at no address of the internet';
  return code === undefined ? 'the request failed' : `the request failed (${code})`;
}

function failed(url: URL, reason: string, cause?: unknown): Fault {
  return new Fault(
    'issuer_failed',
    `The OpenID issuer at ${url.host} cannot be asked for its keys: ${reason}. Try again later.`,
    { cause },
  );
}
