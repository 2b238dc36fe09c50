import { gzipSync, zstdDecompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { ingest, releaseOf } from './ingest.ts';

const shasum = 'a'.repeat(40);
const version = (number: string, more: object = {}) => ({
  name: 'demo',
  version: number,
  dist: { tarball: `https://upstream.invalid/x/demo.tgz?v=${number}`, shasum },
  ...more,
});
const packument = (versions: object, more: object = {}) => ({ name: 'demo', versions, ...more });
const raw = (value: unknown) => ({
  bytes: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  gzip: false,
});
const unpack = (bytes: Uint8Array) => JSON.parse(zstdDecompressSync(bytes).toString());
const read = (value: unknown, name = 'demo') => unpack(ingest(name, raw(value)).body);

describe('ingest', () => {
  test('tarballs are named and the rest of a version stays as it came', () => {
    const document = read(
      packument({ '1.0.0': version('1.0.0', { deprecated: 'old', odd: { deep: [1] } }) }),
    );
    expect(document.versions['1.0.0']).toEqual({
      ...version('1.0.0'),
      deprecated: 'old',
      odd: { deep: [1] },
      dist: { tarball: 'demo-1.0.0.tgz', shasum },
    });
  });

  test('the file of a scoped package is named without the scope', () => {
    const scoped = { ...version('1.0.0'), name: '@acme/demo' };
    const document = read({ name: '@acme/demo', versions: { '1.0.0': scoped } }, '@acme/demo');
    expect(document.versions['1.0.0'].dist.tarball).toBe('demo-1.0.0.tgz');
  });

  test('what belongs to the upstream alone is dropped, and time, readme and maintainers are kept', () => {
    const kept = { time: { created: 'x' }, readme: '# demo', maintainers: [{ name: 'a' }], license: 'MIT' };
    const document = read(packument({}, { ...kept, _rev: '1-a', users: { a: true }, _attachments: {} }));
    expect(document).toEqual({ name: 'demo', ...kept, 'dist-tags': {}, versions: {} });
  });

  test.each([
    ['no semver', { one: version('one') }],
    ['loose semver', { 'v1.0.0': version('v1.0.0') }],
    ['another version inside', { '1.0.0': version('1.0.1') }],
    ['another name inside', { '1.0.0': version('1.0.0', { name: 'other' }) }],
    ['no dist', { '1.0.0': version('1.0.0', { dist: null }) }],
    ['no digest', { '1.0.0': version('1.0.0', { dist: { tarball: 'https://x.invalid/a.tgz' } }) }],
    [
      'a digest of the wrong shape',
      {
        '1.0.0': version('1.0.0', {
          dist: { tarball: 'https://x.invalid/a.tgz', shasum: 'zz', integrity: 5 },
        }),
      },
    ],
    ['a tarball that is no URL', { '1.0.0': version('1.0.0', { dist: { tarball: 'a.tgz', shasum } }) }],
    [
      'a tarball in the file system',
      { '1.0.0': version('1.0.0', { dist: { tarball: 'file:///etc/passwd', shasum } }) },
    ],
    ['no object', { '1.0.0': 'x', '1.0.1': null, '1.0.2': [] }],
  ])('a version with %s is left out, and so are the tags on it', (_, versions) => {
    const document = read(
      packument(
        { ...versions, '2.0.0': version('2.0.0') },
        { 'dist-tags': { latest: Object.keys(versions)[0], next: '2.0.0', odd: 5 } },
      ),
    );
    expect(Object.keys(document.versions)).toEqual(['2.0.0']);
    expect(document['dist-tags']).toEqual({ next: '2.0.0' });
  });

  test('of two versions that differ in build metadata only, the first counts', () => {
    const document = read(packument({ '1.0.0+a': version('1.0.0+a'), '1.0.0': version('1.0.0') }));
    expect(Object.keys(document.versions)).toEqual(['1.0.0+a']);
  });

  test('a key __proto__ stays plain data', () => {
    const text = `{"name":"demo","__proto__":{"x":1},"versions":{"__proto__":{},"1.0.0":${JSON.stringify(version('1.0.0'))}},"dist-tags":{"__proto__":"1.0.0"}}`;
    const document = read(text);
    expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
    expect(Object.keys(document.versions)).toEqual(['1.0.0']);
  });

  test('a gzip-compressed document is the same document', () => {
    const bytes = Buffer.from(JSON.stringify(packument({ '1.0.0': version('1.0.0') })));
    const plain = ingest('demo', { bytes, gzip: false });
    expect(ingest('demo', { bytes: gzipSync(bytes), gzip: true })).toEqual(plain);
  });

  test.each(['', '[]', 'null', '"x"', '{', '{}', '{"name":"other"}', '{"name":["demo"]}'])(
    '%s is refused',
    (text) => {
      expect(() => ingest('demo', raw(text))).toThrowError(
        expect.objectContaining({ code: 'upstream_down' }),
      );
    },
  );

  test('a gzip bomb is refused', () => {
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, ' '));
    expect(() => ingest('demo', { bytes: bomb, gzip: true })).toThrowError(
      expect.objectContaining({ code: 'upstream_down' }),
    );
  });

  test('any JSON is either brought into form or refused', () => {
    const anything = fc.jsonValue({ maxDepth: 4 });
    const strange = fc.record(
      {
        name: fc.oneof({ weight: 9, arbitrary: fc.constant<unknown>('demo') }, anything),
        versions: fc.oneof(
          anything,
          fc.dictionary(
            fc.constantFrom('1.0.0', '2.0.0-a', 'x', '__proto__'),
            fc.oneof(
              anything,
              fc.constant(version('1.0.0')),
              fc.record({
                name: fc.constant('demo'),
                version: fc.constantFrom('1.0.0', '2.0.0-a'),
                dist: fc.oneof(
                  anything,
                  fc.record({ tarball: fc.webUrl(), integrity: fc.string(), shasum: anything }),
                ),
              }),
            ),
          ),
        ),
        'dist-tags': anything,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(strange, anything), (document) => {
        try {
          const { body, index } = ingest('demo', raw(document));
          const { versions } = unpack(body);
          expect(Object.keys(unpack(index))).toHaveLength(Object.keys(versions).length);
        } catch (error) {
          if (!isFault(error, 'upstream_down')) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('release', () => {
  const manifest = version('1.0.0', {
    readme: 'long',
    scripts: { postinstall: 'x' },
    dependencies: { a: '1' },
    main: 'index.js',
    dist: {
      tarball: 'https://upstream.invalid/d.tgz',
      shasum,
      integrity: 'sha512-x',
      fileCount: 2,
      unpackedSize: 9,
      signatures: [],
    },
  });
  const document = ingest('demo', raw(packument({ '1.0.0': manifest })));

  test('has the place and the digests of the file and the texts of its version', async () => {
    const release = await releaseOf(document, 'demo-1.0.0.tgz');
    expect(release).toMatchObject({
      version: '1.0.0',
      versionKey: '1.0.0',
      url: 'https://upstream.invalid/d.tgz',
      shasum,
      integrity: 'sha512-x',
    });
    expect(JSON.parse(release?.manifest ?? '')).toEqual({
      name: 'demo',
      version: '1.0.0',
      scripts: { postinstall: 'x' },
      dependencies: { a: '1' },
      main: 'index.js',
    });
    expect(JSON.parse(release?.summary ?? '')).toEqual({
      name: 'demo',
      version: '1.0.0',
      dependencies: { a: '1' },
      hasInstallScript: true,
    });
    expect(JSON.parse(release?.facts ?? '')).toEqual({ fileCount: 2, unpackedSize: 9, signatures: [] });
  });

  test.each(['demo-2.0.0.tgz', '__proto__', 'constructor', ''])(
    'of a file %s that is not named is undefined',
    async (file) => {
      expect(await releaseOf(document, file)).toBeUndefined();
    },
  );
});
