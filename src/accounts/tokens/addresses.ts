import ipaddr from 'ipaddr.js';
import { Fault } from '../../kernel/light/index.ts';

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Four decimal parts, or anything with a colon: `10.1`, `0x7f.1` and `1` mean different addresses to different readers. */
const PLAIN = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:.]*:[\da-f:.]*)$/i;
/** `010` is ten to some and eight to others. */
const OCTAL = /(?:^|[:.])0\d+(?=\.)|\.0\d/;
/** Bits that come before the IPv4 address in an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2). */
const MAPPED_BITS = 96;

/**
 * A range of addresses in one form: `192.0.2.0/24`, `2001:db8::/32`; a single address becomes a range of one. An IPv4-mapped
 * range becomes the IPv4 range that it stands for. Fault `bad_request` for anything else.
 */
export function readAddressRange(text: string): string {
  const range = parseRange(text);
  if (range === undefined) {
    throw new Fault(
      'bad_request',
      `${JSON.stringify(text.slice(0, 60))} is no range of addresses: write one such as 192.0.2.0/24 or 2001:db8::/32.`,
    );
  }
  const [address, bits] = range;
  const network =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${bits}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${bits}`);
  return `${network.toString()}/${bits}`;
}

/** True if an address, IPv4-mapped or not, lies in one of the ranges. An unknown address lies in none. */
export function isWithin(address: string | null, ranges: readonly string[]): boolean {
  const asked = address === null ? undefined : parseAddress(address);
  return asked !== undefined && ranges.some((range) => covers(parseRange(range), [asked, 0]));
}

/** True if every address of `inner` lies in `outer`, both as `readAddressRange` writes them. */
export function rangeCovers(outer: string, inner: string): boolean {
  const parsed = parseRange(inner);
  const around = parseRange(outer);
  return parsed !== undefined && around !== undefined && around[1] <= parsed[1] && covers(around, parsed);
}

function covers(range: Range | undefined, [address]: Range): boolean {
  if (range === undefined || range[0].kind() !== address.kind()) return false;
  return address.match(range[0], range[1]);
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // The zone says by which of our interfaces a link-local address came (RFC 4007 section 11).
  const plain = text.replace(/%.*$/s, '');
  return isPlain(plain) ? ipaddr.process(plain) : undefined;
}

function isPlain(text: string): boolean {
  return PLAIN.test(text) && !OCTAL.test(text) && ipaddr.isValid(text);
}

function parseRange(text: string): Range | undefined {
  const [, plain = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (!isPlain(plain)) return undefined;
  const address = ipaddr.parse(plain);
  const most = address.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? most : Number(bits);
  if (length > most) return undefined;
  if (!(address instanceof ipaddr.IPv6) || !address.isIPv4MappedAddress()) return [address, length];
  return length < MAPPED_BITS ? undefined : [address.toIPv4Address(), length - MAPPED_BITS];
}
