import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { checkNewName, isReadableName, unscoped } from './names.ts';

function canPublish(name: string): boolean {
  try {
    checkNewName(name);
    return true;
  } catch (error) {
    if (isFault(error, 'name_invalid')) return false;
    throw error;
  }
}

describe('a new name', () => {
  test.each(['demo', '@acme/demo', 'a', '7zip', 'lodash.get', 'is_odd', 'constructor', 'x'.repeat(214)])(
    'may be %s',
    (name) => {
      expect(canPublish(name)).toBe(true);
      expect(isReadableName(name)).toBe(true);
    },
  );

  test.each([
    '',
    '.demo',
    '_demo',
    '-demo',
    '-',
    '..',
    '.',
    '__proto__',
    'node_modules',
    'favicon.ico',
    'Favicon.ico',
    'Demo',
    '@acme/Demo',
    '@Acme/demo',
    '@acme',
    '@acme/',
    '@/demo',
    '@acme/demo/x',
    'acme/demo',
    '@@a/b',
    '../etc',
    '@acme/..',
    '@../demo',
    '@acme/.demo',
    'a%2e%2e',
    'a b',
    ' demo',
    'demo\n',
    'a\0b',
    'a\\b',
    'demo~',
    'dеmo',
    'ｄｅｍｏ',
    'démo',
    '\ud800',
    'x'.repeat(215),
    `@acme/${'x'.repeat(210)}`,
  ])('may not be %j', (name) => {
    expect(canPublish(name)).toBe(false);
  });
});

describe('an old name', () => {
  test.each(['JSONStream', '@Acme/Demo', "it's", 'a~b(c)', 'hello!'])('may be read as %s', (name) => {
    expect(isReadableName(name)).toBe(true);
    expect(canPublish(name)).toBe(false);
  });

  test.each(['_demo', '.demo', 'Node_Modules', 'a/b', '@a/b/c', 'a%20b', 'dеmo', ''])('is not %j', (name) => {
    expect(isReadableName(name)).toBe(false);
  });
});

test('the file name takes the part behind the scope', () => {
  expect(unscoped('@acme/demo')).toBe('demo');
  expect(unscoped('demo')).toBe('demo');
});

test('whatever is let through stays one safe URL path part or two', () => {
  const tricky = fc.constantFrom(
    '@',
    '/',
    '.',
    '..',
    '_',
    '-',
    '%2e',
    '\\',
    '\0',
    'é',
    'A',
    'a',
    '1',
    '~',
    ' ',
  );
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(tricky, { maxLength: 6 }).map((parts) => parts.join('')),
  );
  let passed = 0;
  fc.assert(
    fc.property(name, (text) => {
      const publishable = canPublish(text);
      if (publishable) passed++;
      const safe = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/.test(text);
      expect(publishable && !(safe && isReadableName(text))).toBe(false);
      expect(isReadableName(text) && !/^(@[^/@._][^/@]*\/)?[^/@._][^/@]*$/.test(text)).toBe(false);
    }),
    { numRuns: 4000 },
  );
  expect(passed).toBeGreaterThan(0);
});
