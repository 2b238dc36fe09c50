import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { networkOf } from './network.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

const text = (front: number[], back: number[]) => new ipaddr.IPv6([...front, ...back]).toString();

test('IPv6 addresses count as one exactly if their first 64 bits are the same', () => {
  const halves = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(halves, halves, halves, halves, (front, other, back, end) => {
      fc.pre(
        !front.slice(0, 3).every((group) => group === 0) && !other.slice(0, 3).every((group) => group === 0),
      );
      expect(networkOf(text(front, back))).toBe(networkOf(text(front, end)));
      const same = front.join() === other.join();
      expect(networkOf(text(front, back)) === networkOf(text(other, end))).toBe(same);
    }),
  );
});
