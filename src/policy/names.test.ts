import { describe, expect, test } from 'vitest';
import { isNamePattern, matchesName } from './index.ts';

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

  test.each(['', 'a*b', '**', 'a b', '@acme/* '])('cannot be %j', (text) => {
    expect(isNamePattern(text)).toBe(false);
  });

  test.each(['*', '@acme/*', 'left-pad'])('can be %j', (text) => {
    expect(isNamePattern(text)).toBe(true);
  });
});
