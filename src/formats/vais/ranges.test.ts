import { describe, expect, test } from 'vitest';
import { vaisRanges } from './ranges.ts';

describe('A range in a policy of Vais packages', () => {
  test.each(['1.2.3', '^1.2.3', '1.*', '>=1.0.0 <2.0.0', '1.0.0 || 2.0.0', '>=1.0.0, <2.0.0', '*'])(
    'may be written as %j',
    (range) => {
      expect(vaisRanges.isRange(range)).toBe(true);
    },
  );

  test.each(['', ' ', 'latest', '>=1.0.0,', '1.2.3.4'])('may not be written as %j', (range) => {
    expect(vaisRanges.isRange(range)).toBe(false);
    expect(vaisRanges.inRange('1.2.3', range)).toBe(false);
  });

  test.each([
    ['>=1.0.0, <2.0.0', '1.9.9', true],
    ['>=1.0.0, <2.0.0', '2.0.0', false],
    ['>=1.0.0, <2.0.0', '1.5.0-rc.1', true],
    ['~1.2, <1.2.5', '1.2.0-rc.1', true],
    ['1.2', '1.3.0', false],
    ['1.2', '1.2.9', true],
    ['>=1.0.0, <2.0.0', 'none', false],
  ])('%j holds %s: %s', (range, version, held) => {
    expect(vaisRanges.inRange(version, range)).toBe(held);
  });
});
