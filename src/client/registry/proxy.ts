import { isIP } from 'node:net';
import { errnoOf, Fault } from '../../kernel/light/index.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface Proxy {
  /** The variable that names it. */
  variable: string;
  url: URL;
}

/**
 * The proxy that the environment names for a protocol; without a scheme it is `http`, as for curl. Fault `bad_request` for what is none:
 * Node's agent would go past it without a word.
 */
export function proxyFor(protocol: 'http' | 'https', env: Variables): Proxy | undefined {
  const lower = `${protocol}_proxy`;
  const variable = env[lower] === undefined ? lower.toUpperCase() : lower;
  const text = env[variable];
  if (!text) return undefined;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url !== null && /^https?:$/.test(url.protocol)) return { variable, url };
  // It may hold a password, and is not shown.
  throw new Fault('bad_request', `${variable} names no proxy: write it as http://HOST:PORT.`);
}

/** The proxy cannot be reached. It has the code of the reason. */
export class NoProxy extends Error {
  override readonly name = 'NoProxy';
  readonly code: string;

  constructor({ variable, url }: Proxy, code: string, cause: unknown) {
    const why = WHY[code] ?? code;
    super(`the proxy ${url.hostname}:${portOf(url)}, which ${variable} names, cannot be reached: ${why}`, {
      cause,
    });
    this.code = code;
  }
}

const WHY: Partial<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'its name cannot be looked up now',
};

/** `NoProxy` in place of an error of a connection that tells by its address that it is the proxy's and not the registry's. */
export function blameProxy(error: unknown, proxy: Proxy | undefined, url: URL): unknown {
  if (proxy === undefined) return error;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { hostname, address, port } = (first ?? {}) as Record<string, unknown>;
  const isProxys =
    hostname === undefined
      ? port === portOf(proxy.url) &&
        (port !== portOf(url) || (isIP(url.hostname) !== 0 && address !== url.hostname))
      : hostname === proxy.url.hostname && hostname !== url.hostname;
  return isProxys ? new NoProxy(proxy, errnoOf(first) ?? '', error) : error;
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
