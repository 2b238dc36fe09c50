import type { IncomingMessage } from 'node:http';

/**
 * The URL at which this client reaches us, without a final slash. A public URL that was set always wins. Else the Host header
 * counts only where it cannot poison anything: on a connection over loopback, or when it names loopback itself. Otherwise
 * it is the address that the client connected to.
 */
export function baseUrl(request: IncomingMessage, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl;
  const { host } = request.headers;
  const { localAddress = '127.0.0.1', localPort = 80 } = request.socket;
  if (host !== undefined && HOST.test(host) && (isLoopback(localAddress) || isLoopbackHost(host)))
    return `http://${host}`;
  const address = localAddress.replace(/^::ffff:/, '');
  return `http://${address.includes(':') ? `[${address}]` : address}:${localPort}`;
}

/** RFC 9110 section 7.2: a host and an optional port, nothing else. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
}
