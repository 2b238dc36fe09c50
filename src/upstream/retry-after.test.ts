import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryAfterOf } from './retry-after.ts';

const now = Date.UTC(2026, 0, 1, 12);

test.each<[string | null, number | undefined]>([
  [null, undefined],
  ['30', 30],
  [' 30 ', 30],
  ['0', 1],
  ['86400', 600],
  ['99999999999999999999', 600],
  ['Thu, 01 Jan 2026 12:00:45 GMT', 45],
  ['Thu, 01 Jan 2026 11:00:00 GMT', 1],
  ['Fri, 02 Jan 2026 12:00:00 GMT', 600],
  ['soon', undefined],
  ['', undefined],
])('Retry-After %j is %j seconds', (header, seconds) => {
  expect(retryAfterOf(header, now)).toBe(seconds);
});

test('whatever is sent, the wait is bounded', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      const seconds = retryAfterOf(header, now) ?? 1;
      expect(seconds >= 1 && seconds <= 600 && Number.isInteger(seconds)).toBe(true);
    }),
  );
});
