import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { isIP, isIPv6, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All addresses of a name; `dns.lookup` is one. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/** Code of the error of a name or address that is not of the internet. */
export const NOT_PUBLIC = 'ENOTPUBLIC';

/**
 * True for an address that the whole internet reaches: none of a private, loopback, link-local or other special network (IANA's
 * special-purpose registries, RFC 6890). Of IPv6 only 2000::/3 is given out (RFC 4291 section 2.4): what lies elsewhere may be a way
 * to write an IPv4 address.
 */
export function isPublicAddress(address: string): boolean {
  // ipaddr.js takes IPv4-compatible addresses (RFC 4291 section 2.5.5.1) for mapped ones if they are written with dots.
  if (isIP(address) === 0 || /^[0:]*:\d+\./.test(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed.toByteArray()[0] ?? 0) >> 5 === 1;
}

/**
 * A look-up for sockets that gives public addresses only, so that a name which leads into our own network leads nowhere. What is
 * looked up is what is connected to: there is no second look-up that could say something else (DNS rebinding).
 */
export function publicLookup(resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const addresses = error ? [] : found.filter(({ address }) => isPublicAddress(address));
      const [first] = addresses;
      if (first === undefined) callback(error ?? notPublic(hostname), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/**
 * A public address of a host that is a name or itself an address; IPv4 before IPv6, for who connects may be another machine. Rejects
 * with `ENOTPUBLIC`, or as the look-up does.
 */
export async function publicAddressOf(host: string, resolve: Resolve = lookup): Promise<string> {
  if (isIP(host) !== 0) {
    if (isPublicAddress(host)) return host;
    throw notPublic(host);
  }
  const found = await new Promise<LookupAddress[]>((done, fail) => {
    resolve(host, { all: true }, (error, addresses) => (error ? fail(error) : done(addresses)));
  });
  const addresses = found.map(({ address }) => address).filter(isPublicAddress);
  const address = addresses.find((candidate) => !isIPv6(candidate)) ?? addresses[0];
  if (address === undefined) throw notPublic(host);
  return address;
}

/** Throws `ENOTPUBLIC` for a host that is itself an address and no public one; sockets do not look such a host up. */
export function refuseSpecialAddress(host: string): void {
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic(host);
}

function notPublic(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} is at no address of the internet`), { code: NOT_PUBLIC });
}
