import { array, assert as check, constantFrom, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { checkPattern, isLiteral, matches } from './pattern.ts';

test.each([
  ['refs/tags/v*', 'refs/tags/v1.0', true],
  ['refs/tags/v*', 'refs/tags/v1/x', false],
  ['refs/tags/v*', 'refs/heads/v1', false],
  ['refs/**', 'refs/heads/a/b', true],
  ['*', '', true],
  ['a.c', 'abc', false],
  ['[a-z]*', 'b', false],
  ['a*', 'a\nb', true],
])('%s and %j: %s', (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

test('Without wildcards a pattern is itself and nothing else', () => {
  check(
    property(string(), string(), (one, other) => {
      const [pattern, text] = [one.replaceAll('*', ''), other];
      expect(matches(pattern, text)).toBe(pattern === text);
    }),
  );
});

test('What a pattern was made of, it matches; a slash only where two stars stand', () => {
  const piece = string({ unit: constantFrom('a', '.', '$', '(', '\\', '-', '/') });
  check(
    property(
      array(piece, { minLength: 2, maxLength: 4 }),
      constantFrom('x', '', 'x/y'),
      (pieces, filling) => {
        const text = pieces.join(filling);
        expect(matches(pieces.join('**'), text)).toBe(true);
        expect(filling.includes('/') || matches(pieces.join('*'), text)).toBe(true);
      },
    ),
  );
});

test('More wildcards than anybody needs are refused', () => {
  expect(() => checkPattern('sub', '*a*b*c*d')).not.toThrow();
  expect(() => checkPattern('sub', '*a*b*c*d*')).toThrow(/more than 4/);
  expect(isLiteral('a*')).toBe(false);
});
