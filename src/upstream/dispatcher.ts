import type { Dispatcher } from 'undici';
import type { Resolve } from '../kernel/index.ts';
import type { UpstreamSource, UpstreamTimeouts } from '../registry/index.ts';
import { guardedAgent } from './guarded-agent.ts';

/** Sockets to one host. More than that are never in flight. */
export const CONNECTIONS = 16;

/**
 * Connections as an upstream's settings want them: its certificates, its proxy or the environment's, and our patience. To any address
 * at all: for hosts that an operator trusts as typed.
 */
export async function openAgent(source: UpstreamSource, timeouts: UpstreamTimeouts): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici');
  return new EnvHttpProxyAgent(optionsOf(source, timeouts));
}

/** As `openAgent`, to addresses of the internet only. */
export function foreignAgent(
  source: UpstreamSource,
  timeouts: UpstreamTimeouts,
  resolve: Resolve | undefined,
): Promise<Dispatcher> {
  return guardedAgent({ ...optionsOf(source, timeouts), ...(resolve ? { resolve } : {}) });
}

function optionsOf(source: UpstreamSource, timeouts: UpstreamTimeouts) {
  const tls = {
    ...(source.ca ? { ca: source.ca } : {}),
    rejectUnauthorized: source.strictTls,
    timeout: timeouts.connect,
  };
  return {
    connections: CONNECTIONS,
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.idle,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    ...(source.proxy ? { httpProxy: source.proxy, httpsProxy: source.proxy } : {}),
    ...(source.noProxy.length > 0 ? { noProxy: source.noProxy.join(',') } : {}),
  };
}
