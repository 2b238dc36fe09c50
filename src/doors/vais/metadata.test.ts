import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { readMetadata } from './metadata.ts';

test('what the original client sends is read, and what it does not know is passed over', () => {
  const sent = {
    name: 'demo',
    version: '1.0.0',
    description: '',
    authors: ['Anna'],
    license: 'MIT',
    checksum: 'ab12',
    dependencies: { other: '^1', more: { version: '1', features: ['x'] } },
    readme: null,
    whatever: [{}],
  };
  expect(readMetadata(JSON.stringify(sent))).toMatchObject({
    name: 'demo',
    version: '1.0.0',
    checksum: 'ab12',
    about: { description: '', license: 'MIT', homepage: undefined, authors: ['Anna'], keywords: [] },
  });
});

test('null is as if it were not there', () => {
  const text = '{"name":"demo","version":"1.0.0","checksum":null,"authors":null,"license":null}';
  expect(readMetadata(text)).toMatchObject({
    checksum: undefined,
    about: { authors: [], license: undefined },
  });
});

test('whatever is sent, it is read or refused as no valid JSON', () => {
  const keys = ['name', 'version', 'checksum', 'authors', 'keywords', 'description', '__proto__', 'toString'];
  const value = fc.oneof(fc.string(), fc.jsonValue(), fc.constantFrom(null, [], {}, [1], ['x'], 7, true));
  const json = fc.dictionary(fc.constantFrom(...keys), value).map((fields) => JSON.stringify(fields));
  fc.assert(
    fc.property(fc.oneof(json, fc.json(), fc.string({ unit: 'binary' })), (text) => {
      try {
        const { name, version, about } = readMetadata(text);
        expect([typeof name, typeof version, Array.isArray(about.authors)]).toEqual([
          'string',
          'string',
          true,
        ]);
      } catch (error) {
        if (!isFault(error, 'json_invalid')) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
