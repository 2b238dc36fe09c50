import type { Dispatcher } from 'undici';
import type { UpstreamSource, UpstreamTimeouts } from '../registry/index.ts';

/** As many sockets as npm itself opens to a registry, and one. */
const CONNECTIONS = 16;

/** Connections to an upstream: its certificates, its proxy or the environment's, and our patience. */
export async function dispatcherFor(source: UpstreamSource, timeouts: UpstreamTimeouts): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici');
  const tls = {
    ...(source.ca ? { ca: source.ca } : {}),
    rejectUnauthorized: source.strictTls,
    timeout: timeouts.connect,
  };
  return new EnvHttpProxyAgent({
    connections: CONNECTIONS,
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.idle,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    ...(source.proxy ? { httpProxy: source.proxy, httpsProxy: source.proxy } : {}),
    ...(source.noProxy.length > 0 ? { noProxy: source.noProxy.join(',') } : {}),
  });
}
