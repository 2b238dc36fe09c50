import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** True for an address that the whole internet reaches: none of a private, loopback, link-local or other special network. */
export function isPublicAddress(address: string): boolean {
  return isIP(address) !== 0 && ipaddr.process(address).range() === 'unicast';
}

/**
 * Looks names up as Node does and gives public addresses only, so that a name which leads into our own network leads nowhere. What
 * is looked up is what is connected to: there is no second look-up that could say something else.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    const addresses = error ? [] : found.filter(({ address }) => isPublicAddress(address));
    const [first] = addresses;
    if (first === undefined) {
      callback(error ?? Object.assign(new Error('no public address'), { code: 'ENOTPUBLIC' }), '');
    } else if (options.all === true) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};
