/**
 * What an address is counted as: an IPv4 address as itself, an IPv6 address as its first 64 bits, since a subscriber has at
 * least that many addresses to choose from (RFC 6177). Takes addresses as Node writes them, which is in their short form.
 */
export function networkOf(address: string): string {
  const colon = address.indexOf(':');
  if (colon < 0) return address;
  const embedded = /^::(?:ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (embedded !== undefined) return embedded;
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  if (tail === undefined) return `${front.slice(0, 4).join(':')}::/64`;
  const back = tail === '' ? [] : tail.split(':');
  const groups = [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** True for an address of this very machine. */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.');
}
