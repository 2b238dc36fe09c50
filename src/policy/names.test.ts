import { describe, expect, test } from 'vitest';
import { coversName, inQuestion, isNamePattern, matchesName } from './index.ts';

describe('a pattern of names', () => {
  test.each([
    ['@acme/*', '@acme/ui', true],
    ['@acme/*', '@acme-evil/ui', false],
    ['@acme/*', 'acme', false],
    ['acme-*', 'acme-tools', true],
    ['acme-*', 'my-acme-tools', false],
    ['left-pad', 'left-pad', true],
    ['left-pad', 'left-pad2', false],
    ['left-pad', 'Left-Pad', false],
    ['*', '@any/thing', true],
  ])('%s covers %s: %s', (pattern, name, covers) => {
    expect(matchesName(pattern, name)).toBe(covers);
  });

  test.each([
    ['@acme/*', '@Acme/ui', true],
    ['@Acme/*', '@acme/ui', true],
    ['left-pad', 'Left-Pad', true],
    ['@acme/*', '@Acme-evil/ui', false],
  ])('of whose name it is covers whatever the capitals: %s, %s: %s', (pattern, name, covers) => {
    expect(coversName(pattern, name)).toBe(covers);
  });

  test('makes an upstream the only one, whatever the capitals', () => {
    const all = [{ names: [] }, { names: ['@acme/*'] }];
    expect(inQuestion('@Acme/ui', all, ({ names }) => names)).toEqual({
      asked: [all[1]],
      pattern: '@acme/*',
    });
  });

  test.each(['', 'a*b', '**', 'a b', '@acme/* '])('cannot be %j', (text) => {
    expect(isNamePattern(text)).toBe(false);
  });

  test.each(['*', '@acme/*', 'left-pad'])('can be %j', (text) => {
    expect(isNamePattern(text)).toBe(true);
  });
});
