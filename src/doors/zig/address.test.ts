import { expect, test } from 'vitest';
import { readAddress } from './address.ts';

test.each([
  ['GitHub.com/a/b/archive/v1.tar.gz', 'github.com/a/b/archive/v1.tar.gz'],
  ['example.com:8443/x', 'example.com:8443/x'],
  ['example.com:443/x', 'example.com/x'],
  ["example.com/~a/b+c/d@1,e;f=g:h&i$j!k'l(m)*", "example.com/~a/b+c/d@1,e;f=g:h&i$j!k'l(m)*"],
  ['example.com/a b/é/50%/x?y#z', 'example.com/a%20b/%C3%A9/50%25/x%3Fy%23z'],
])('%s is looked up as %s', (text, address) => {
  expect(readAddress(text)).toBe(address);
});

test.each([
  '',
  'example.com',
  'example.com/',
  '/x',
  'example.com//x',
  'example.com/a/../x',
  'example.com/./x',
  'example.com/a/',
  'user@example.com/x',
  'https:/example.com/x',
  '[::1]/x',
  'example.com:99999/x',
  'ex ample.com/x',
  `example.com/${'x'.repeat(1000)}`,
  'example.com/\ud800',
])('%j is no address', (text) => {
  expect(() => readAddress(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
});
