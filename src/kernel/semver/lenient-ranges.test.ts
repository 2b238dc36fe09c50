import * as fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { inLenientRange, isReadableRange } from './lenient-ranges.ts';

const number = fc.integer({ min: 0, max: 3 });
const version = fc
  .tuple(number, number, number, fc.constantFrom('', '-rc.1', '-rc.2', '-0', '+build'))
  .map(([major, minor, patch, end]) => `${major}.${minor}.${patch}${end}`);
const part = fc.oneof(
  version,
  fc.tuple(fc.constantFrom('<', '<=', '>=', '>', '=', '^', '~', 'v'), version).map((pair) => pair.join('')),
  fc.tuple(version, fc.constantFrom(' - ', ' <'), version).map((parts) => parts.join('')),
  fc.constantFrom('*', '', '1.x', '2', 'nonsense', '01.0.0'),
);

describe('A range that is read once', () => {
  test('holds what semver says it does', () => {
    const range = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(' || '));
    fc.assert(
      fc.property(range, version, (text, one) => {
        // One that is none as a whole may still list versions here.
        fc.pre(semver.validRange(text) !== null);
        const expected = semver.satisfies(one, text, { includePrerelease: true });
        expect(inLenientRange(one, text), `${one} in ${text}`).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['', 'x', '1', '1.0.0.0', `1.0.0-${'a'.repeat(300)}`])('does not hold %j, no version', (text) => {
    expect(inLenientRange(text, '*')).toBe(false);
  });

  test('may list thousands of versions', () => {
    const range = Array.from({ length: 5000 }, (_, index) => `1.0.${index}-canary.20260101`).join(' || ');
    expect(isReadableRange(range)).toBe(true);
    expect(inLenientRange('1.0.4999-canary.20260101', range)).toBe(true);
    expect(inLenientRange('1.0.5000-canary.20260101', range)).toBe(false);
  });

  test.each([
    ['no range', 'nonsense'],
    [
      'more parts than anybody has time for',
      Array.from({ length: 500 }, (_, at) => `<${at}.0.0`).join(' || '),
    ],
    ['a part without end', `*${' *'.repeat(500)}`],
    ['a text without end', '1.0.0 || '.repeat(100_000)],
  ])('is none if it is %s', (_, text) => {
    expect(isReadableRange(text)).toBe(false);
    expect(inLenientRange('0.0.1', text)).toBe(false);
  });
});
