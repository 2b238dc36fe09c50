import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

const proxies = new WeakSet<Socket>();

/** From now on, what comes over this connection may say how its client reached the proxy at its other end. */
export function trustConnection(socket: Socket): void {
  proxies.add(socket);
}

/**
 * The URL at which this client reaches us, without a final slash. A public URL that was set always wins. Else the Host header
 * counts only where it cannot poison anything: on a connection over loopback, when it names loopback itself, or when a trusted proxy
 * passes it on with its own `X-Forwarded-Proto`. Otherwise it is the address that the client connected to.
 */
export function baseUrl(request: IncomingMessage, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl;
  const { host } = request.headers;
  const { localAddress = '127.0.0.1', localPort = 80 } = request.socket;
  const forwarded = forwardedScheme(request);
  if (forwarded !== undefined && host !== undefined && HOST.test(host)) return `${forwarded}://${host}`;
  if (host !== undefined && HOST.test(host) && (isLoopback(localAddress) || isLoopbackHost(host)))
    return `http://${host}`;
  const address = localAddress.replace(/^::ffff:/, '');
  return `http://${address.includes(':') ? `[${address}]` : address}:${localPort}`;
}

/** How the client of a trusted proxy reached it, if the proxy says so. */
export function forwardedScheme({ headers, socket }: IncomingMessage): 'http' | 'https' | undefined {
  const proto = headers['x-forwarded-proto'];
  if (proto === undefined || !proxies.has(socket)) return undefined;
  // Of several proxies in a row, each adds its own: the nearest one's stands last.
  const scheme = [proto].flat().join(',').split(',').at(-1)?.trim().toLowerCase();
  return scheme === 'http' || scheme === 'https' ? scheme : undefined;
}

/** RFC 9110 section 7.2: a host and an optional port, nothing else. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
}
