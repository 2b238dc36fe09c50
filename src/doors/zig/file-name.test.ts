import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRegistryName } from '../../formats/zig/index.ts';
import { nameFromFile } from './file-name.ts';

test.each([
  ['my-zig-lib-1.0.0.tar.gz', 'my-zig-lib', '1.0.0'],
  ['my_zig_lib-0.10.2.tar.gz', 'my-zig-lib', '0.10.2'],
  ['a-1.0.0-2.0.0.tar.gz', 'a-1.0.0', '2.0.0'],
])('%s is the archive of %s %s', (fileName, name, version) => {
  expect(nameFromFile(fileName)).toEqual({ name, version });
});

test.each([
  undefined,
  '',
  '1.0.0.tar.gz',
  '-1.0.0.tar.gz',
  'demo.tar.gz',
  'demo-1.0.tar.gz',
  'demo-01.0.0.tar.gz',
  'demo-v1.0.0.tar.gz',
  'demo-1.0.0.tgz',
  'demo-1.0.0.tar.gz.exe',
  '../demo-1.0.0.tar.gz',
  'demo-9999999999.0.0.tar.gz',
  'dé-1.0.0.tar.gz',
])('%j names nothing', (fileName) => {
  expect(nameFromFile(fileName)).toBeUndefined();
});

test('whatever a file is called, it names a package that a registry may have, or none', () => {
  const part = fc.constantFrom('a', '-', '.', '_', '/', '1', '0', '1.0.0', '.tar.gz', ' ', '..');
  const fileName = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 10 }).map((parts) => `${parts.join('')}-1.0.0.tar.gz`),
  );
  fc.assert(
    fc.property(fileName, (text) => {
      const found = nameFromFile(text);
      expect(found === undefined || isRegistryName(found.name)).toBe(true);
    }),
  );
});
