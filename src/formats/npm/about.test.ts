import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { aboutPackage } from './about.ts';

const said = {
  description: 'Greets',
  repository: 'https://example.com/greet',
  homepage: 'https://example.com',
  license: 'MIT',
  author: 'Anna',
  keywords: ['greet', 'hello'],
};

test('texts are taken as they are', () => {
  expect(aboutPackage({ name: 'x', ...said })).toEqual(said);
});

test('objects and lists give their text', () => {
  expect(
    aboutPackage({
      ...said,
      repository: { type: 'git', url: 'https://example.com/greet', directory: 'a' },
      license: undefined,
      licenses: [{ type: 'MIT', url: 'https://example.com' }, { type: 'ISC' }],
      author: { name: 'Anna', email: 'anna@example.com' },
      keywords: 'greet, hello',
    }),
  ).toEqual(said);
  expect(aboutPackage({ author: 'Anna <anna@example.com> (https://example.com)' })).toEqual({
    author: 'Anna',
  });
});

test('what is no text, or says nothing, is left out, whatever it is', () => {
  expect(aboutPackage({ description: '', license: {}, author: '<a@b>', keywords: [1, ' '] })).toEqual({});
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const fields = Object.keys(said);
      const about = aboutPackage(Object.fromEntries(fields.map((field) => [field, value])));
      expect(
        Object.keys(aboutPackage(value))
          .concat(Object.keys(about))
          .every((key) => fields.includes(key)),
      ).toBe(true);
      for (const [key, found] of Object.entries(about)) {
        expect(key === 'keywords' ? Array.isArray(found) : typeof found === 'string').toBe(true);
      }
    }),
  );
});
