import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationFrom, durationText } from './duration.ts';

test('a duration is a number and a unit', () => {
  expect(['500ms', '90s', '1.5h', '24 h', '7d'].map(durationFrom)).toEqual([
    500, 90_000, 5_400_000, 86_400_000, 604_800_000,
  ]);
  expect(['', '5', 's', '-1s', '0s', '5 weeks', '1e3s', 'Infinitys', ' 5s'].map(durationFrom)).toEqual(
    Array.from({ length: 9 }),
  );
});

test('what was written of a duration is read back', () => {
  expect([300_000, 90_000, 1, 86_400_000, 36_000_000].map(durationText)).toEqual([
    '5m',
    '90s',
    '1ms',
    '1d',
    '10h',
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e12 }), (ms) => {
      expect(durationFrom(durationText(ms))).toBe(ms);
    }),
  );
});
