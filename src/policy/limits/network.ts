/**
 * What an address is counted as: an IPv4 address as itself, an IPv6 address as its first 64 bits, since a subscriber has at
 * least that many addresses to choose from (RFC 6177). Takes addresses as Node writes them, which is in their short form.
 */
export function networkOf(address: string): string {
  const colon = address.indexOf(':');
  if (colon < 0) return address;
  if (colon === 0 && address.includes('.')) return address.slice(address.lastIndexOf(':') + 1);
  return `${leadingGroups(address) ?? expandedGroups(address)}::/64`;
}

/** The first four groups where nothing is left out of them, which is how most addresses look. */
function leadingGroups(address: string): string | undefined {
  let groups = 0;
  for (let place = address.indexOf(':'); place > 0; place = address.indexOf(':', place + 1)) {
    groups += 1;
    if (groups === 4) return address.slice(0, place);
    if (address[place + 1] === ':') return undefined;
  }
  return undefined;
}

function expandedGroups(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  if (tail === undefined) return front.slice(0, 4).join(':');
  const back = tail === '' ? [] : tail.split(':');
  const groups = [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back];
  return groups.slice(0, 4).join(':');
}

/** True for an address of this very machine. */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.');
}
