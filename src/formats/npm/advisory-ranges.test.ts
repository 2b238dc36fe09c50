import * as fc from 'fast-check';
import semver from 'semver';
import { expect, test } from 'vitest';
import type { OsvEvent } from '../../registry/index.ts';
import { npmAdvisories } from './advisory-ranges.ts';

const { range, inRange } = npmAdvisories;
const event = (kind: OsvEvent['kind'], version: string): OsvEvent => ({ kind, version });
const of = (...events: [OsvEvent['kind'], string][]) =>
  range({ ranges: [events.map(([kind, version]) => event(kind, version))], versions: [], lastKnown: null });

test.each([
  ['<4.17.21', of(['introduced', '0'], ['fixed', '4.17.21'])],
  ['*', of(['introduced', '0'])],
  ['>=1.0.0 <=1.2.3', of(['introduced', '1.0.0'], ['last_affected', '1.2.3'])],
  ['1.0.0', of(['introduced', '1.0.0'], ['last_affected', '1.0.0'])],
  [
    '<1.0.0 || >=2.0.0-beta.1 <2.1.0',
    of(['introduced', '0'], ['fixed', '1.0.0'], ['introduced', '2.0.0-beta.1'], ['fixed', '2.1.0']),
  ],
  ['>=1.0.0 <3.0.0', of(['introduced', '1'], ['limit', '3.0'])],
  ['>=1.0.0', of(['introduced', '1.0.0'], ['limit', '*'])],
  [null, of(['introduced', '1.0.0'], ['fixed', '1.0.0'])],
  [null, of()],
])('events become %s', (expected, actual) => {
  expect(actual).toBe(expected);
});

test('versions that are named one by one are added, where no range has them', () => {
  const ranges = [[event('introduced', '1.0.0'), event('fixed', '2.0.0')]];
  expect(range({ ranges, versions: ['1.5.0', '2.0.1', 'nonsense'], lastKnown: null })).toBe(
    '>=1.0.0 <2.0.0 || 2.0.1',
  );
  expect(range({ ranges: [], versions: ['1.0.0-rc.1'], lastKnown: null })).toBe('1.0.0-rc.1');
});

test('the last known affected version ends what would be open', () => {
  const ranges = [[event('introduced', '0')]];
  expect(range({ ranges, versions: [], lastKnown: '<= 29.0' })).toBe('<=29.0.0');
  expect(range({ ranges, versions: [], lastKnown: 'nonsense' })).toBe('*');
});

test('a bound that is no version is refused', () => {
  expect(() => of(['introduced', 'one'])).toThrow(expect.objectContaining({ code: 'advisory_invalid' }));
});

/** `0` comes before every version. */
const inOrder = ({ version: one }: OsvEvent, { version: other }: OsvEvent) =>
  one === '0' || other === '0' ? Number(one !== '0') - Number(other !== '0') : semver.compare(one, other);

/** The evaluation algorithm of the OSV schema, word for word. */
function isAffected(version: string, events: OsvEvent[]): boolean {
  const limits = events.filter(({ kind }) => kind === 'limit');
  if (limits.length > 0 && !limits.some((limit) => semver.lt(version, limit.version))) return false;
  let vulnerable = false;
  for (const { kind, version: at } of events.toSorted(inOrder)) {
    if (kind === 'introduced' && (at === '0' || semver.gte(version, at))) vulnerable = true;
    else if (kind === 'fixed' && semver.gte(version, at)) vulnerable = false;
    else if (kind === 'last_affected' && semver.gt(version, at)) vulnerable = false;
  }
  return vulnerable;
}

const part = fc.integer({ min: 0, max: 3 });
const version = fc
  .tuple(part, part, part, fc.constantFrom('', '', '-0', '-alpha', '-beta.2', '-rc.1'))
  .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre}`);
const anyEvent = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom<OsvEvent['kind'][]>('introduced', 'fixed', 'last_affected'),
      version,
    }),
  },
  { weight: 1, arbitrary: fc.constant(event('introduced', '0')) },
  { weight: 1, arbitrary: version.map((text) => event('limit', text)) },
);

test('a range holds the versions that the OSV schema says, and no others', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(anyEvent, { maxLength: 6 }), { maxLength: 3 }),
      fc.array(version, { maxLength: 4 }),
      fc.array(version, { minLength: 1, maxLength: 10 }),
      (ranges, versions, asked) => {
        const text = range({ ranges, versions, lastKnown: null });
        for (const one of asked) {
          const expected = versions.includes(one) || ranges.some((events) => isAffected(one, events));
          expect(text !== null && inRange(one, text), `${one} in ${text}`).toBe(expected);
        }
      },
    ),
    { numRuns: 3000 },
  );
});
