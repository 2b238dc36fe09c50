import * as fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { checkTag, newestVersion, looseVersionKey, readVersion } from './versions.ts';

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

  test('of package.json may need the cleaning that clients do', () => {
    expect([' v1.2.3+x ', '=1.2.3', 'nothing'].map(looseVersionKey)).toEqual(['1.2.3', '1.2.3', null]);
  });
});

describe('a tag', () => {
  test.each(['latest', 'next', 'beta-1', 'v1-maintenance', 'release_2', 'constructor', 'a'.repeat(214)])(
    'may be %s',
    (tag) => {
      expect(() => checkTag(tag)).not.toThrow();
    },
  );

  test.each([
    '',
    '1.0.0',
    'v1',
    '1',
    'x',
    'X',
    '*',
    '1.x',
    '~1',
    '>=1',
    ' latest',
    'a b',
    'a/b',
    '..',
    '.',
    '%2e',
    'é',
    '__proto__',
    '\ud800',
    'a\0',
    'a'.repeat(215),
  ])('is refused as %j', (tag) => {
    expect(() => checkTag(tag)).toThrow(expect.objectContaining({ code: 'tag_invalid' }));
  });
});

test.each([
  [['1.10.0', '1.9.0', '2.0.0-beta.1'], '1.10.0'],
  [['1.0.0-alpha', '1.0.0-beta'], '1.0.0-beta'],
  [[], undefined],
])('of %j the newest for everybody is %s', (versions, newest) => {
  expect(newestVersion(versions)).toBe(newest);
});
