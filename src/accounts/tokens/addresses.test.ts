import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { isWithin, rangeCovers, readAddressRange } from './addresses.ts';

describe('a range of addresses', () => {
  test.each([
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8:0:0::1/32', '2001:db8::/32'],
    ['::1', '::1/128'],
    ['2001:0db8::0012/128', '2001:db8::12/128'],
    ['::/0', '::/0'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    ['::ffff:10.1.2.3', '10.1.2.3/32'],
  ])('%s is kept as %s', (text, kept) => {
    expect(readAddressRange(text)).toBe(kept);
    expect(readAddressRange(kept)).toBe(kept);
  });

  test.each([
    '',
    '/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.1/16',
    '010.0.0.0/8',
    '10.0.0.01',
    '::ffff:010.0.0.1',
    '0x0a.0.0.0/8',
    '1/8',
    '256.0.0.0/8',
    '::/129',
    '::ffff:0:0/90',
    'fe80::1%eth0/64',
    'localhost',
    '10.0.0.0/8,10.0.0.0/8',
    ' 10.0.0.0/8',
    '\u0661\u0660.0.0.0/8',
  ])('is not «%s»', (text) => {
    expect(() => readAddressRange(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  test('whatever the text, it is read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[\d.:/a-f]*$/)), (text) => {
        const range = rangeOrRefusal(text);
        if (range === 'bad_request') return;
        expect(readAddressRange(range)).toBe(range);
        expect(isWithin(range.replace(/\/.*/, ''), [range])).toBe(true);
      }),
    );
  });
});

describe('an address', () => {
  test.each([
    ['192.0.2.200', ['10.0.0.0/8', '192.0.2.0/24']],
    ['::ffff:192.0.2.200', ['192.0.2.0/24']],
    ['2001:db8::5', ['2001:db8::/32']],
    ['fe80::1%eth0', ['fe80::/10']],
    ['::1', ['::/0']],
    ['127.0.0.1', ['0.0.0.0/0']],
  ])('%s lies within %o', (address, ranges) => {
    expect(isWithin(address, ranges)).toBe(true);
  });

  test.each([
    ['192.0.3.1', ['192.0.2.0/24']],
    ['192.0.2.1', ['::/0', '2001:db8::/32']],
    ['::1', ['0.0.0.0/0']],
    ['2001:db9::5', ['2001:db8::/32']],
    [null, ['0.0.0.0/0', '::/0']],
    ['', ['0.0.0.0/0']],
    ['garbage', ['0.0.0.0/0']],
    ['192.0.2.1', []],
  ])('%s does not lie within %o', (address, ranges) => {
    expect(isWithin(address, ranges)).toBe(false);
  });
});

test('a range covers what lies in it, and nothing of the other family', () => {
  expect(rangeCovers('10.0.0.0/8', '10.1.0.0/16')).toBe(true);
  expect(rangeCovers('10.0.0.0/8', '10.0.0.0/8')).toBe(true);
  expect(rangeCovers('10.1.0.0/16', '10.0.0.0/8')).toBe(false);
  expect(rangeCovers('0.0.0.0/0', '::/0')).toBe(false);
  expect(rangeCovers('::/0', '10.0.0.0/8')).toBe(false);
  expect(rangeCovers('2001:db8::/32', '2001:db8:1::/48')).toBe(true);
});

function rangeOrRefusal(text: string): string {
  try {
    return readAddressRange(text);
  } catch (error) {
    return isFault(error) ? error.code : 'not a refusal';
  }
}
