import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { blobKey } from './keys.ts';

interface Coordinates {
  registry: string;
  /** The name's parts between slashes. */
  name: string[];
  version: string;
  file: string;
}

const key = ({ registry, name, version, file }: Coordinates) =>
  blobKey(registry, name.join('/'), version, file);

/** Few characters, chosen to collide: escapes and what they stand for, letters of both cases, letters that fold or compose. */
const tricky = fc.constantFrom(
  'a',
  'A',
  '~',
  '~a',
  '%',
  '%2e',
  '2',
  'e',
  '.',
  '..',
  '-',
  '@',
  'K',
  'ſ',
  'é',
  'e\u0301',
  '\0',
  '\\',
  '💥',
  'ß',
  'SS',
);
const partOf = (unit: fc.Arbitrary<string>, maxLength: number) =>
  fc.string({ unit, minLength: 1, maxLength });

function coordinates(part: fc.Arbitrary<string>): fc.Arbitrary<Coordinates> {
  const namePart = part.map((text) => text.replaceAll('/', '|'));
  return fc.record({
    registry: part,
    name: fc.array(namePart, { minLength: 1, maxLength: 2 }),
    version: part,
    file: part,
  });
}

const short = coordinates(
  fc.oneof(partOf(tricky, 8), partOf(fc.constantFrom('a', '/', '.', '1'), 6), partOf(tricky, 1)),
);
const anything = coordinates(
  fc.oneof(
    partOf(fc.constantFrom('a', 'A', '~', '%', '.', 'é', '/'), 400),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
  ),
);

/** The inverse for parts that were not too long; that it exists is what makes the encoding injective. */
function decode(text: string): Coordinates {
  const parts = text.split('/').map((part) => {
    const capitals = part.replaceAll(/~([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return decodeURIComponent(capitals);
  });
  const [registry = '', ...rest] = parts;
  return { registry, file: rest.pop() ?? '', version: rest.pop() ?? '', name: rest };
}

test('a key can be read back into registry, name, version and file, so no two share a key', () => {
  fc.assert(
    fc.property(short, (one) => {
      expect(decode(key(one))).toEqual(one);
    }),
    { numRuns: 10_000 },
  );
});

test('a key is the same after case folding and unicode normalisation, so file systems that do these keep keys apart', () => {
  fc.assert(
    fc.property(fc.oneof(short, anything), (one) => {
      const text = key(one);
      expect(text).toBe(text.toUpperCase().toLowerCase().normalize('NFKD'));
    }),
    { numRuns: 10_000 },
  );
});

test('names too long to be readable are told apart, whichever character differs', () => {
  const long = fc.tuple(
    partOf(fc.constantFrom('a', 'A', '.', 'é'), 400),
    fc.nat(),
    fc.constantFrom('b', '~', '%', 'B'),
  );
  fc.assert(
    fc.property(long, ([text, place, replacement]) => {
      const at = place % text.length;
      const other = text.slice(0, at) + replacement + text.slice(at + 1);
      expect(blobKey('npm', text, '1.0.0', 'f')).not.toBe(blobKey('npm', other, '1.0.0', 'f'));
      expect(blobKey('npm', 'demo', text, 'f')).not.toBe(blobKey('npm', 'demo', other, 'f'));
    }),
    { numRuns: 10_000 },
  );
});

test('a part that looks like a shortened one is not mistaken for it', () => {
  const shortened = blobKey('npm', 'a'.repeat(300), '1.0.0', 'f').split('/')[1] ?? '';
  expect(shortened.length).toBeLessThan(300);
  expect(blobKey('npm', shortened, '1.0.0', 'f')).not.toBe(blobKey('npm', 'a'.repeat(300), '1.0.0', 'f'));
});

test('every part of a key is a file name that leads nowhere else and leaves room for a suffix', () => {
  fc.assert(
    fc.property(fc.oneof(short, anything), (one) => {
      for (const part of key(one).split('/')) expect(part).toMatch(/^[a-z0-9_@+~%-][a-z0-9._@+~%-]{0,199}$/);
    }),
    { numRuns: 10_000 },
  );
});

test('a key shows an operator what it holds', () => {
  expect(blobKey('npm', '@acme/Demo', '1.0.0-rc.1+b', 'Demo-1.0.0-rc.1+b.tgz')).toBe(
    'npm/@acme/~demo/1.0.0-rc.1+b/~demo-1.0.0-rc.1+b.tgz',
  );
});
