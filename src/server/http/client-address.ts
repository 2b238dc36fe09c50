import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The address of whoever sent a request, in its short form; IPv4 never as a mapped IPv6 address. */
export type ClientAddress = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string;

/** RFC 1918 and RFC 4193. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];
const LOOPBACK = ['127.0.0.0/8', '::1'];

export interface ClientAddressOptions {
  /** Whose X-Forwarded-For is believed: addresses, networks, `loopback`, `private`. */
  trusted: readonly string[];
  /** Told once if a proxy that is near, but not trusted, names its client. */
  onUntrusted(proxy: string): void;
}

/**
 * Finds clients behind proxies. X-Forwarded-For is read from its end, where the nearest proxy wrote: each address is the
 * client until it turns out to be a proxy that is trusted to name the one before it. What a client itself wrote there
 * is never reached, and what is no address ends the search.
 */
export function clientAddress({ trusted, onUntrusted }: ClientAddressOptions): ClientAddress {
  const isProxy = proxiesOf(trusted);
  const near = listOf(['loopback', 'private']);
  let silent = false;
  return (request) => {
    let client = plain(request.socket.remoteAddress ?? '');
    const forwarded = request.headers['x-forwarded-for'];
    if (forwarded === undefined) return client;
    if (!isProxy(client)) {
      if (!silent && holds(near, client)) {
        silent = true;
        onUntrusted(client);
      }
      return client;
    }
    let rest = typeof forwarded === 'string' ? forwarded : forwarded.join(',');
    while (rest !== '' && isProxy(client)) {
      const comma = rest.lastIndexOf(',');
      const named = addressFrom(rest.slice(comma + 1));
      if (named === undefined) break;
      client = named;
      rest = comma < 0 ? '' : rest.slice(0, comma);
    }
    return client;
  };
}

/** True for the addresses of proxies that are trusted to speak for their clients. */
export function proxiesOf(trusted: readonly string[]): (address: string) => boolean {
  const proxies = listOf(trusted);
  return (address) => holds(proxies, plain(address));
}

function listOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  const plainEntries = entries.flatMap((entry) => {
    if (entry === 'loopback') return LOOPBACK;
    return entry === 'private' ? PRIVATE : [entry];
  });
  for (const entry of plainEntries) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function holds(list: BlockList, address: string): boolean {
  return address !== '' && list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

/** Some proxies add the port, and brackets to an IPv6 address. */
function addressFrom(entry: string): string | undefined {
  const trimmed = entry.trim();
  const address = /^\[(.*)\](?::\d+)?$/.exec(trimmed)?.[1] ?? trimmed.replace(/^([\d.]+):\d+$/, '$1');
  switch (isIP(address)) {
    case 4:
      return address;
    case 6:
      // The short form, and IPv4 for what is mapped.
      return ipaddr.process(address.replace(/%.*$/, '')).toString();
    default:
      return undefined;
  }
}

function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
