import { describe, expect, test } from 'vitest';
import { checkTag, looseVersionKey } from './versions.ts';

describe('a version', () => {
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
