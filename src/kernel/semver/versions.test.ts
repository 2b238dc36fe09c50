import * as fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { isFault } from '../errors.ts';
import { newestVersion, readVersion } from './versions.ts';

describe('a version', () => {
  test('is unique without its build metadata', () => {
    expect(readVersion('1.0.0-beta.2')).toEqual({ version: '1.0.0-beta.2', versionKey: '1.0.0-beta.2' });
    expect(readVersion('1.0.0+b.7')).toEqual({ version: '1.0.0+b.7', versionKey: '1.0.0' });
  });

  test.each([
    '',
    '1',
    '1.0',
    'v1.0.0',
    '=1.0.0',
    ' 1.0.0',
    '1.0.0 ',
    '1.0.0\n',
    '01.0.0',
    '1.0.0-01',
    '1.0.0-',
    '1.0.0+',
    '1.0.0.0',
    'latest',
    '^1.0.0',
    '-1.0.0',
    '1.0.0-é',
    '99999999999999999999.0.0',
    `1.0.0-${'a'.repeat(300)}`,
    '__proto__',
    'constructor',
    '../1.0.0',
    '1.0.0/..',
    '1.0.0\0',
  ])('is refused as %j', (text) => {
    expect(() => readVersion(text)).toThrow(expect.objectContaining({ code: 'version_invalid' }));
  });

  test('is either exact semver or refused', () => {
    const part = fc.oneof(fc.nat(20).map(String), fc.constantFrom('.', '-', '+', 'v', 'a', '0', ' ', 'x'));
    const text = fc.oneof(
      fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (version) => {
        try {
          const { versionKey } = readVersion(version);
          expect(semver.valid(versionKey)).toBe(versionKey);
          expect(version.split('+')[0]).toBe(versionKey);
        } catch (error) {
          if (!isFault(error, 'version_invalid')) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test.each([
  [['1.10.0', '1.9.0', '2.0.0-beta.1'], '1.10.0'],
  [['1.0.0-alpha', '1.0.0-beta'], '1.0.0-beta'],
  [[], undefined],
])('of %j the newest for everybody is %s', (versions, newest) => {
  expect(newestVersion(versions)).toBe(newest);
});

test('the newest is the last of all when they are sorted, releases behind prereleases', () => {
  const number = fc.nat(3).map(String);
  const version = fc
    .tuple(
      number,
      number,
      number,
      fc.constantFrom('', '', '-a', '-a.1', '-2'),
      fc.constantFrom('', '+b', '+c'),
    )
    .map(([major, minor, patch, pre, build]) => `${major}.${minor}.${patch}${pre}${build}`);
  fc.assert(
    fc.property(fc.array(version, { maxLength: 12 }), (versions) => {
      const releases = versions.filter((each) => semver.prerelease(each) === null);
      const all = releases.length > 0 ? releases : versions;
      expect(newestVersion(versions)).toBe(all.toSorted(semver.compare).at(-1));
    }),
  );
});
