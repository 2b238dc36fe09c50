import type { Dispatcher } from 'undici';
import { Fault, errnoOf } from '../../kernel/index.ts';
import { isPublicAddress, lookupPublic } from './addresses.ts';

/** One answer takes no longer, milliseconds. */
const TIMEOUT = 5_000;
const LARGEST = 512 * 1024;

let dispatchers: Promise<{ open: Dispatcher; guarded: Dispatcher }> | undefined;

/**
 * The JSON object at a URL, without redirects, large answers and long waits. `guarded`: only from addresses of the internet, for a
 * URL that no administrator has written. Fault `issuer_failed`.
 */
export async function getJson(url: URL, { guarded }: { guarded: boolean }): Promise<Record<string, unknown>> {
  try {
    if (guarded) refuseSpecial(url);
    const { request } = await import('undici');
    const { open, guarded: careful } = await (dispatchers ??= makeDispatchers());
    const { statusCode, body } = await request(url, {
      dispatcher: guarded ? careful : open,
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
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
    throw failed(url, 'its answer is no JSON object');
  } catch (error) {
    throw error instanceof Fault ? error : failed(url, reasonOf(error), error);
  }
}

async function makeDispatchers() {
  const { EnvHttpProxyAgent } = await import('undici');
  const timeouts = { headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT };
  return {
    open: new EnvHttpProxyAgent({ ...timeouts, connect: { timeout: TIMEOUT } }),
    guarded: new EnvHttpProxyAgent({ ...timeouts, connect: { timeout: TIMEOUT, lookup: lookupPublic } }),
  };
}

/** An address in the URL itself is connected to without a look-up. */
function refuseSpecial(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isAddress = /^[\d.]+$/.test(host) || host.includes(':');
  if (url.protocol !== 'https:') throw failed(url, 'it is not https');
  if (isAddress && !isPublicAddress(host)) throw failed(url, 'it is no address of the internet');
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'its answer is no JSON';
  if (error instanceof Error && error.name === 'TimeoutError') return 'it took too long';
  const code = errnoOf(error);
  if (code === 'ENOTPUBLIC') return 'it is at no address of the internet';
  return code === undefined ? 'the request failed' : `the request failed (${code})`;
}

function failed(url: URL, reason: string, cause?: unknown): Fault {
  return new Fault(
    'issuer_failed',
    `The OpenID issuer at ${url.host} cannot be asked for its keys: ${reason}. Try again later.`,
    { cause },
  );
}
