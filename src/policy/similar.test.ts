import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, isSimilar, plain } from './similar.ts';

describe('names that people take for one another', () => {
  test.each([
    ['acmee', 'acme'],
    ['amce', 'acme'],
    ['utlis', 'utils'],
    ['data_fetch', 'data-fetch'],
    ['datafetch', 'data-fetch'],
    ['acme-ui', '@acme/ui'],
    ['acmeui', '@acme/ui'],
    ['acme2', 'acme'],
    ['authentcation-cleint', 'authentication-client'],
  ])('%s for %s', (name, known) => {
    expect(isSimilar(name, known)).toBe(true);
  });

  test.each([
    ['acme', 'acme'],
    ['ui', 'ux'],
    ['api', 'app'],
    ['parser', 'server'],
    ['plugin-2', 'plugin-3'],
    ['client', 'clients-all'],
  ])('%s is not taken for %s', (name, known) => {
    expect(isSimilar(name, known)).toBe(false);
  });
});

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 12 });

/** The definition, in its recursive form. */
function slowly(one: string, other: string): number {
  if (one === '' || other === '') return one.length + other.length;
  const same = one.at(-1) === other.at(-1) ? 0 : 1;
  const [shorter, short] = [one.slice(0, -1), other.slice(0, -1)];
  const swapped =
    one.length > 1 && other.length > 1 && one.at(-1) === other.at(-2) && one.at(-2) === other.at(-1);
  return Math.min(
    slowly(shorter, other) + 1,
    slowly(one, short) + 1,
    slowly(shorter, short) + same,
    swapped ? slowly(one.slice(0, -2), other.slice(0, -2)) + 1 : Infinity,
  );
}

describe('the distance of two texts', () => {
  test('is what its definition says, as far as it is counted', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
    fc.assert(
      fc.property(short, short, fc.integer({ min: 0, max: 3 }), (one, other, most) => {
        expect(editDistance(one, other, most)).toBe(Math.min(slowly(one, other), most + 1));
      }),
    );
  });

  test('is the same both ways, and 0 for equal texts only', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        expect(editDistance(one, other, 20)).toBe(editDistance(other, one, 20));
        expect(editDistance(one, other, 20) === 0).toBe(one === other);
      }),
    );
  });

  test('grows by at most one with one slip', () => {
    fc.assert(
      fc.property(word, fc.nat(12), fc.constantFrom('a', 'b', 'c'), (text, place, letter) => {
        const at = Math.min(place, text.length);
        expect(editDistance(text, text.slice(0, at) + letter + text.slice(at), 2)).toBeLessThanOrEqual(1);
        expect(editDistance(text, text.slice(0, at) + text.slice(at + 1), 2)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('of a name to its plain form is none', () => {
    fc.assert(
      fc.property(word, (text) => {
        expect(plain(plain(text))).toBe(plain(text));
      }),
    );
  });
});
