import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Digester } from '../../kernel/index.ts';
import { readRelease } from './manifest.ts';
import { archiveOf, base, publish, refusal, type Publish } from '../../../test/formats/npm-publish.ts';

describe('a release', () => {
  test('has all that rows and documents need', async () => {
    const fields = {
      description: 'Shows things',
      scripts: { test: 'vitest', postinstall: 'node setup.js' },
      dependencies: { semver: '^7.0.0' },
      bin: { demo: 'cli.js' },
      engines: { node: '>=24' },
      license: 'MIT',
    };
    const release = await publish({
      packed: fields,
      published: {
        ...fields,
        readme: '# Demo',
        _nodeVersion: '24.0.0',
        _npmVersion: '11.0.0',
        gitHead: 'abc',
      },
      document: { 'dist-tags': { latest: '1.0.0', stable: '1.0.0' } },
      files: { 'package/cli.js': 'hello', 'package/npm-shrinkwrap.json': '{}' },
    });
    const { manifest, summary, ...rest } = release;
    const packedSize = JSON.stringify({ ...base, ...fields }).length;
    expect(rest).toEqual({
      name: '@acme/demo',
      version: '1.0.0',
      versionKey: '1.0.0',
      tags: ['latest', 'stable'],
      readme: '# Demo',
      searchText: { description: 'Shows things', keywords: [] },
      deprecated: null,
      visibility: null,
      attestation: null,
      file: 'demo-1.0.0.tgz',
      facts: { fileCount: 3, unpackedSize: packedSize + 7 },
    });
    expect(JSON.parse(manifest)).toEqual({
      ...base,
      ...fields,
      _id: '@acme/demo@1.0.0',
      _nodeVersion: '24.0.0',
      _npmVersion: '11.0.0',
      gitHead: 'abc',
      _hasShrinkwrap: true,
    });
    const { description: _, scripts: __, license: ___, ...short } = fields;
    expect(JSON.parse(summary)).toEqual({ ...base, ...short, hasInstallScript: true, _hasShrinkwrap: true });
  });

  test('never repeats what only the server may say', async () => {
    const lies = {
      _npmUser: { name: 'somebody' },
      maintainers: [],
      hasInstallScript: false,
      _rev: '1',
      shasum: 'x',
    };
    const { manifest } = await publish({ packed: {}, published: lies });
    expect(JSON.parse(manifest)).toEqual({ ...base, _id: '@acme/demo@1.0.0' });
  });

  test.each([
    [{}, true],
    [{ gypfile: false }, false],
  ])('builds a binding.gyp on install unless told not to: %j', async (packed, expected) => {
    const { summary } = await publish({ packed, files: { 'package/binding.gyp': '{}' } });
    expect(JSON.parse(summary)).toHaveProperty('name');
    expect(summary.includes('"hasInstallScript":true')).toBe(expected);
  });

  test('may come in a first folder of any name, with a byte order mark', async () => {
    await expect(publish({ folder: 'demo-main' })).resolves.toHaveProperty('version', '1.0.0');
    await expect(publish({ packed: `\uFEFF${JSON.stringify(base)}` })).resolves.toHaveProperty(
      'version',
      '1.0.0',
    );
  });

  test('takes the readme from wherever the client puts it, cut on a character', async () => {
    const long = `${'a'.repeat(65_535)}€ and more`;
    expect((await publish({ document: { readme: long } })).readme).toBe('a'.repeat(65_535));
    expect((await publish({ document: { readme: 'a\0b\ud800' } })).readme).toBe('ab\ufffd');
    expect((await publish({ document: { readme: 'x'.repeat(70_000) } })).readme).toHaveLength(65_536);
    expect((await publish({ published: { readme: 'ERROR: No README data found!' } })).readme).toBeNull();
    expect((await publish({ published: { readme: { a: 1 } } })).readme).toBeNull();
  });
});

describe('a publish is refused if', () => {
  test.each<[string, RegExp, Publish]>([
    ['the URL names another package', /^manifest_invalid: "name"/, { url: '@acme/other' }],
    ['the URL names what cannot be a name', /^name_invalid/, { url: '../demo' }],
    ['the document names another package', /^manifest_invalid: "name"/, { document: { name: 'other' } }],
    ['the document has no name', /^manifest_invalid: "name"/, { document: { name: undefined } }],
    ['_id is another', /^manifest_invalid: "_id"/, { document: { _id: 'other' } }],
    ['the manifest names another package', /^manifest_invalid: "name"/, { published: { name: 'other' } }],
    ['the manifest has another version', /^manifest_invalid: "version"/, { published: { version: '2.0.0' } }],
    ['the manifest has another _id', /^manifest_invalid: "_id"/, { published: { _id: 'demo@1.0.0' } }],
    ['there is no version', /^manifest_invalid: .*holds 0/, { document: { versions: {} } }],
    ['versions is a list', /^manifest_invalid/, { document: { versions: [base] } }],
    [
      'there are two versions',
      /^manifest_invalid: .*holds 2/,
      { document: { versions: { '1.0.0': {}, '1.0.1': {} } } },
    ],
    ['the version is no object', /^manifest_invalid/, { document: { versions: { '1.0.0': null } } }],
    ['the version is no semver', /^version_invalid/, { document: { versions: { 'v1.0.0': {} } } }],
    ['there is no tag', /^tag_invalid/, { document: { 'dist-tags': {} } }],
    ['a tag points elsewhere', /^tag_invalid/, { document: { 'dist-tags': { latest: '0.9.0' } } }],
    ['a tag reads as a version', /^tag_invalid/, { document: { 'dist-tags': { v1: '1.0.0' } } }],
    ['the length is another', /^length_mismatch: .*said to have 7 bytes/, { declaredLength: 7 }],
    ['the shasum is another', /^digest_mismatch/, { published: { dist: { shasum: '00' } } }],
    ['the shasum is no text', /^digest_mismatch/, { published: { dist: { shasum: [] } } }],
    ['the integrity is another', /^digest_mismatch/, { published: { dist: { integrity: 'sha512-AAAA' } } }],
    ['the integrity says nothing', /^digest_mismatch/, { published: { dist: { integrity: 'trust me' } } }],
    ['the archive is no archive', /^archive_invalid/, { damage: () => Buffer.from('hello') }],
    ['the archive is cut', /^archive_invalid/, { damage: (bytes) => bytes.subarray(0, 60) }],
    ['package.json lies too deep', /^archive_invalid: .*no package\.json/, { folder: 'a/b' }],
    ['package.json is no JSON', /^archive_invalid/, { packed: '{' }],
    ['package.json is a list', /^archive_invalid/, { packed: '[]' }],
    [
      'there are two package.json',
      /^archive_invalid: .*more than one/,
      { files: { 'other/package.json': '{}' } },
    ],
    ['they differ in case', /^archive_invalid: .*more than one/, { files: { 'package/Package.JSON': '{}' } }],
    ['package.json is huge', /^archive_too_large/, { packed: { x: 'x'.repeat(1_100_000) }, published: {} }],
    ['the manifest is huge', /^manifest_invalid/, { packed: {}, published: { x: 'x'.repeat(1_100_000) } }],
  ])('%s', async (_, sentence, given) => {
    expect(await refusal(given)).toMatch(sentence);
  });

  test.each([null, 1, 'text', [], { name: 1 }])('the document is %j', async (document) => {
    const attachment = {
      fileName: '',
      declaredLength: undefined,
      digests: new Digester().finish(),
      open: () => new Readable(),
    };
    await expect(readRelease(document, 'demo', attachment)).rejects.toMatchObject({
      code: 'manifest_invalid',
    });
  });

  test('one of several hashes is another', async () => {
    const good = await archiveOf({ 'package/package.json': JSON.stringify(base) });
    const digester = new Digester();
    digester.update(good);
    const { sha512, sha1 } = digester.finish();
    const right = `sha512-${sha512} sha1-${Buffer.from(sha1, 'hex').toString('base64')}?opt sha3-unknown`;
    await expect(publish({ published: { dist: { integrity: right } } })).resolves.toBeDefined();
    expect(await refusal({ published: { dist: { integrity: `${right} sha256-AAAA` } } })).toMatch(
      /^digest_mismatch/,
    );
  });

  test('the manifest is nested without end or would set a prototype', async () => {
    let deep: unknown = {};
    for (let level = 0; level < 200; level++) deep = { deep };
    expect(await refusal({ packed: {}, published: { deep } })).toMatch(/^manifest_invalid: .*100 levels/);
    const evil = { dependencies: Object.fromEntries([['__proto__', { x: 1 }]]) };
    expect(await refusal({ packed: {}, published: evil })).toMatch(/^manifest_invalid: .*__proto__/);
  });
});
