import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zstdCompressSync } from 'node:zlib';
import type { RemoteFile } from '../../registry/index.ts';
import { indexEntry, locate } from './artifact-index.ts';

const pack = (value: object) => zstdCompressSync(JSON.stringify(value));
const file: RemoteFile = {
  version: '1.0.0',
  url: 'https://upstream.invalid/d.tgz?a={b}&c="',
  integrity: 'sha512-x',
  shasum: null,
  time: 1_700_000_000_000,
};

describe('a file in the index of a document', () => {
  test('is found as it was written', async () => {
    const index = pack({ 'demo-1.0.0.tgz': indexEntry(file) });
    expect(await locate(index, 'demo-1.0.0.tgz')).toEqual(file);
  });

  test('of an index that older releases wrote has no time', async () => {
    const { version, url, shasum } = { ...file, shasum: 'a'.repeat(40) };
    const index = pack({ 'demo-1.0.0.tgz': { version, url, shasum } });
    expect(await locate(index, 'demo-1.0.0.tgz')).toEqual({
      version,
      url,
      shasum,
      integrity: null,
      time: null,
    });
  });

  test('is found among others, whatever their texts are, and no text is taken for a file', async () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"x":{', '\\"x":{"', '}', '{', '\\'),
    );
    const files = fc.record({
      version: texts,
      url: texts,
      integrity: fc.option(texts),
      shasum: fc.option(texts),
      time: fc.option(fc.integer()),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.oneof(texts, fc.constant('x')), files, { maxKeys: 8 }),
        fc.constantFrom('x', 'y', '', '__proto__', '"', '\\"x'),
        async (all, other) => {
          const index = pack(
            Object.fromEntries(Object.entries(all).map(([name, one]) => [name, indexEntry(one)])),
          );
          for (const name of new Set([...Object.keys(all), other])) {
            expect(await locate(index, name)).toEqual(Object.hasOwn(all, name) ? all[name] : undefined);
          }
        },
      ),
    );
  });
});
