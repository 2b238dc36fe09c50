import { expect, test } from 'vitest';
import { checkVaisName, highestVersion, isVaisName, strictVersion, versionKeyOf } from './index.ts';

test.each(['a', 'json-parser', 'json_parser', '7zip', 'a'.repeat(64), 'constructor', 'a-', 'a_'])(
  'the name %j is taken',
  (name) => {
    expect(isVaisName(name)).toBe(true);
    checkVaisName(name);
  },
);

test.each([
  ['', /1 to 64/],
  ['a'.repeat(65), /1 to 64/],
  ['-a', /begins with/],
  ['_a', /begins with/],
  ['Abc', /lower-case/],
  ['a.b', /lower-case/],
  ['a/b', /lower-case/],
  ['..', /lower-case/],
  ['é', /lower-case/],
  ['a\n', /lower-case/],
  ['std', /reserved/],
  ['core', /reserved/],
  ['vais', /reserved/],
  ['test', /reserved/],
  ['main', /reserved/],
  ['lib', /reserved/],
])('the name %j is refused', (name, sentence) => {
  expect(isVaisName(name)).toBe(false);
  expect(() => checkVaisName(name)).toThrow(sentence);
});

test.each(['1.0', '1.0.0.5', '01.0.0', 'v1.0.0', '1.0.0-01', '', 'latest'])(
  'the version %j is refused',
  (text) => {
    expect(() => strictVersion(text)).toThrow(expect.objectContaining({ code: 'version_invalid' }));
  },
);

test('build metadata stays, and makes no other version', () => {
  expect(strictVersion('1.0.0-rc.1+b.7')).toBe('1.0.0-rc.1+b.7');
  expect(versionKeyOf('1.0.0-rc.1+b.7')).toBe('1.0.0-rc.1');
  expect(highestVersion(['1.9.0', '1.10.0', '2.0.0-rc.1'])).toBe('1.10.0');
});
