import type { Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import {
  NOT_PUBLIC,
  publicAddressOf,
  publicLookup,
  refuseSpecialAddress,
  type Resolve,
} from '../kernel/index.ts';

export interface GuardedAgentOptions extends Omit<EnvHttpProxyAgent.Options, 'connect'> {
  /** For connections without a proxy. */
  connect?: { timeout?: number; rejectUnauthorized?: boolean; ca?: string[] };
  /** By default that of the system. */
  resolve?: Resolve;
}

/**
 * Connects to addresses of the internet only, for URLs that somebody else than the operator has chosen. What is looked up is what is
 * connected to, through a proxy too: the proxy is told the address, not the name, since it would look that up again, in a network of
 * its own. Requests fail with `ENOTPUBLIC`. See docs/decisions/0013-foreign-hosts-are-looked-up-here.md
 */
export async function guardedAgent(options: GuardedAgentOptions): Promise<Dispatcher> {
  const { resolve, connect, ...rest } = options;
  const { buildConnector, EnvHttpProxyAgent: Agent, Pool: ProxyPool } = await import('undici');
  const connector = buildConnector({ ...connect, lookup: publicLookup(resolve) });
  if (usesSocks(options)) {
    const message = 'a SOCKS proxy looks names up by itself, where nobody checks what they lead to';
    throw Object.assign(new Error(message), { code: NOT_PUBLIC });
  }
  return new Agent({
    ...rest,
    // Also for http: without a tunnel the proxy would be asked for a URL with the name.
    proxyTunnel: true,
    connect: (target, callback) => {
      try {
        refuseSpecialAddress(target.hostname);
      } catch (error) {
        callback(error as Error, null);
        return;
      }
      connector(target, callback);
    },
    clientFactory: (proxy, settings) => pinning(new ProxyPool(proxy, settings), resolve),
  });
}

/** Connections to a proxy whose tunnels lead to addresses that were looked up here. */
function pinning(pool: Pool, resolve: Resolve | undefined): Pool {
  const connect = pool.connect.bind(pool) as (tunnel: Dispatcher.ConnectOptions) => Promise<unknown>;
  return Object.assign(pool, {
    async connect(tunnel: Dispatcher.ConnectOptions) {
      const { hostname, port } = new URL(`tunnel://${tunnel.path}`);
      const address = await publicAddressOf(hostname.replace(/^\[|\]$/g, ''), resolve);
      const place = `${address.includes(':') ? `[${address}]` : address}:${port}`;
      return connect({
        ...tunnel,
        path: place,
        headers: { ...(tunnel.headers as Record<string, string>), host: place },
      });
    },
  });
}

function usesSocks({ httpProxy, httpsProxy }: GuardedAgentOptions): boolean {
  const { env } = process;
  return [
    httpProxy ?? env['http_proxy'] ?? env['HTTP_PROXY'],
    httpsProxy ?? env['https_proxy'] ?? env['HTTPS_PROXY'],
  ].some((proxy) => proxy?.startsWith('socks') === true);
}
