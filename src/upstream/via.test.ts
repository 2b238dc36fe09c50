import { expect, test } from 'vitest';
import { isOwnVia, viaOf } from './via.ts';

test('our own mark is found wherever it stands in the header', () => {
  const own = viaOf('store1');
  expect(isOwnVia(own, 'store1')).toBe(true);
  expect(isOwnVia(`1.0 fred, ${own} (a comment), 1.1 proxy`, 'store1')).toBe(true);
  expect(isOwnVia(['1.0 fred', own], 'store1')).toBe(true);
});

test('other stores, other proxies and no header are not us', () => {
  expect(isOwnVia(viaOf('store2'), 'store1')).toBe(false);
  expect(isOwnVia(viaOf('store12'), 'store1')).toBe(false);
  expect(isOwnVia('1.1 cache (kontor-store1)', 'store1')).toBe(false);
  expect(isOwnVia(undefined, 'store1')).toBe(false);
  expect(isOwnVia('', 'store1')).toBe(false);
});
