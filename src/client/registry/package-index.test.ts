import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { isPackageName, isPackageVersion, PackageIndex } from './index.ts';

const sum = 'a'.repeat(64);
const index = (entries: unknown) => new PackageIndex(Buffer.from(JSON.stringify(entries)), 'GET x');

test('[V-60] packages and their versions are read as the registry tells them', () => {
  const read = index([
    {
      name: 'json',
      description: 'Parses',
      keywords: ['fast'],
      versions: [
        {
          version: '1.0.0',
          checksum: sum.toUpperCase(),
          dependencies: { text: { req: '^1' } },
          yanked: true,
          download_url: 'http://a/x',
          size: 9,
        },
      ],
    },
  ]);
  expect(read.package('json')).toMatchObject({
    description: 'Parses',
    keywords: ['fast'],
    license: undefined,
  });
  expect(read.candidates('json')).toEqual([
    {
      version: '1.0.0',
      checksum: sum,
      yanked: true,
      dependencies: [{ name: 'text', requirement: '^1' }],
      url: 'http://a/x',
      size: 9,
    },
  ]);
  expect(read.candidates('toString')).toBeUndefined();
  expect(read.version('json', '2.0.0')).toBeUndefined();
});

test('what makes no sense is passed over, and the rest is there', () => {
  const good = { version: '1.0.0', checksum: sum };
  const bad = [
    { version: '1.0', checksum: sum },
    { version: '../../up', checksum: sum },
    { version: '2.0.0', checksum: 'short' },
    { version: '3.0.0', checksum: sum, dependencies: { x: { req: 1 } } },
    { version: '4.0.0', checksum: sum, dependencies: { '../x': { req: '*' } } },
    null,
  ];
  const read = index([
    null,
    { name: '../../etc', versions: [good] },
    { name: 'a' },
    { name: 'b', versions: [...bad, { ...good, download_url: 'file:///etc/passwd', size: -1 }] },
  ]);
  expect([...read.names()]).toEqual(['a', 'b']);
  expect(read.candidates('a')).toEqual([]);
  expect([read.unreadable('a'), read.unreadable('b'), read.unreadable('c')]).toEqual([0, bad.length, 0]);
  expect(read.candidates('b')).toEqual([
    { ...good, yanked: false, dependencies: [], url: undefined, size: undefined },
  ]);
});

test.each(['', '{}', 'null', '[1', '<html>'])('%j is no index, and that is said', (text) => {
  expect(() => new PackageIndex(Buffer.from(text), 'GET http://x/index.json')).toThrow(
    /^GET http:\/\/x\/index\.json is no index of packages/,
  );
});

test('names and versions that could leave a folder are none', () => {
  for (const name of ['', '.', '..', 'a/b', '-a', '_a', 'A', 'a'.repeat(65)])
    expect(isPackageName(name)).toBe(false);
  for (const version of [
    '',
    '1',
    '1.2',
    'v1.2.3',
    '01.2.3',
    '1.2.3-',
    '1.2.3/..',
    `1.2.3-${'a'.repeat(200)}`,
  ]) {
    expect(isPackageVersion(version)).toBe(false);
  }
  expect(isPackageVersion('1.2.3-rc.1+build.5')).toBe(true);
});

test('whatever JSON a registry sends, it is read or refused', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(null, true, -1, 'x', '1.0.0', sum),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom('name', 'versions', 'version', 'checksum', 'dependencies', 'req', '__proto__'),
        tie('value'),
      ),
    ),
  })).value;
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (entries) => {
      try {
        const read = index(entries);
        for (const name of read.names()) expect(Array.isArray(read.candidates(name))).toBe(true);
      } catch (error) {
        if (!isFault(error)) throw error;
      }
    }),
  );
});
