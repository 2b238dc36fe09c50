import * as fc from 'fast-check';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { extract } from 'tar-stream';
import { makeArchive } from '../../../test/setup/hostile.ts';
import { readPreviewArchive, rewriteApart } from './index.ts';
import { readPackageArchive } from './archive.ts';
import { rewrite } from './rewrite.ts';
import { withSiblings } from './siblings.ts';

const url = (name: string) =>
  `https://kontor.example/commits/abc1234/${encodeURIComponent(name)}/tarball.tgz`;
const urlOf = (name: string) => (name.endsWith('sibling') ? url(name) : undefined);

async function entriesOf(archive: Uint8Array) {
  const tar = extract();
  const entries: { header: Record<string, unknown>; content: string }[] = [];
  tar.end(gunzipSync(archive));
  for await (const entry of tar) {
    const { name, size, mode, type, mtime } = entry.header;
    entries.push({
      header: { name, size, mode, type, mtime },
      content: (await buffer(entry)).toString('base64'),
    });
  }
  return entries;
}

const archiveOf = (packageJson: object, before: [string, Buffer][] = [], after: [string, Buffer][] = []) =>
  makeArchive([
    ...before.map(([name, content]) => ({ name: `package/${name}`, content, mode: 0o755 })),
    { name: 'package/package.json', content: JSON.stringify(packageJson) },
    ...after.map(([name, content]) => ({ name: `package/${name}`, content })),
  ]);

const file = fc.tuple(
  fc.stringMatching(/^[a-z]{1,120}$/),
  fc.uint8Array({ maxLength: 2000 }).map((b) => Buffer.from(b)),
);
const files = fc.uniqueArray(file, { selector: ([name]) => name, maxLength: 6 });

test('only package.json changes, whatever lies around it and however the bytes come [P-19]', async () => {
  await fc.assert(
    fc.asyncProperty(
      files,
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 1, max: 700 }),
      fc.lorem(),
      async (some, split, step, text) => {
        const archive = await archiveOf({ name: 'demo', text }, some.slice(0, split), some.slice(split));
        const { packageJsonAt: place } = await readPackageArchive(Readable.from([archive]));
        const pieces = Array.from({ length: Math.ceil(archive.length / step) }, (_, i) =>
          archive.subarray(i * step, (i + 1) * step),
        );
        const rewritten = await buffer(
          rewrite(Readable.from(pieces), { place, change: { text: 'another' } }),
        );
        const wanted = (await entriesOf(archive)).map((entry) =>
          entry.header['name'] === 'package/package.json'
            ? { header: { ...entry.header, size: 7 }, content: Buffer.from('another').toString('base64') }
            : entry,
        );
        expect(await entriesOf(rewritten)).toEqual(wanted);
        expect(
          await buffer(rewrite(Readable.from([archive]), { place, change: { text: 'another' } })),
        ).toEqual(rewritten);
      },
    ),
    { numRuns: 40 },
  );
});

test('a long path before it does not put the place of package.json out', async () => {
  const deep = `${'a'.repeat(90)}/${'b'.repeat(90)}/${'ü'.repeat(60)}`;
  const archive = await archiveOf({ name: 'demo', dependencies: { sibling: '1' } }, [
    [deep, Buffer.from('x')],
  ]);
  const { rewriting } = await readPreviewArchive(Readable.from([archive]), 'demo');
  const wish = rewriting(urlOf);
  if (wish === undefined) throw new Error('nothing to rewrite');
  const rewritten = await buffer(Readable.from(rewriteApart(Readable.from([archive]), wish)));
  const { packageJson } = await readPackageArchive(Readable.from([rewritten]));
  expect(packageJson).toEqual({ name: 'demo', dependencies: { sibling: url('sibling') } });
});

test('what goes wrong on the way is told', async () => {
  const archive = await archiveOf({ name: 'demo' });
  const { packageJsonAt: place } = await readPackageArchive(Readable.from([archive]));
  const cut = Readable.from([archive.subarray(0, archive.length - 20)]);
  await expect(buffer(Readable.from(rewriteApart(cut, { place, change: { text: '{}' } })))).rejects.toThrow(
    'unexpected end of file',
  );
  const lying = { start: place.start, size: place.size + 1 };
  await expect(
    buffer(Readable.from(rewriteApart(Readable.from([archive]), { place: lying, change: { text: '{}' } }))),
  ).rejects.toMatchObject({ code: 'archive_invalid' });
  const broken = Readable.from([Buffer.from('no gzip')]);
  await expect(
    buffer(Readable.from(rewriteApart(broken, { place, change: { text: '{}' } }))),
  ).rejects.toThrow('header check');
  const large = gzipSync(Buffer.alloc(5_000_000, 'x'));
  for await (const _ of rewriteApart(Readable.from([large]), {
    place: { start: 4_000_000, size: 9 },
    change: { text: '' },
  }))
    break;
});

test('an archive whose package.json has its size in a pax record too is not rewritten', async () => {
  const content = JSON.stringify({ name: 'demo', dependencies: { sibling: '1' } });
  const pax = { size: String(content.length) };
  const archive = await makeArchive([{ name: 'package/package.json', content, pax }]);
  const { rewriting } = await readPreviewArchive(Readable.from([archive]), 'demo');
  const wish = rewriting(urlOf);
  if (wish === undefined) throw new Error('nothing to rewrite');
  await expect(buffer(Readable.from(rewriteApart(Readable.from([archive]), wish)))).rejects.toMatchObject({
    code: 'archive_invalid',
  });
});

test('what crosses between threads is where package.json lies and what to write, not what it holds', async () => {
  const archive = await archiveOf({
    name: 'demo',
    dependencies: { sibling: '1', other: '1' },
    note: 'x'.repeat(9000),
  });
  const opened = await readPreviewArchive(Readable.from([archive]), 'demo');
  expect(opened.rewriting(urlOf)).toEqual({
    place: { start: 512, size: opened.packageJsonSize },
    change: { urls: new Map([['sibling', url('sibling')]]) },
    maxBytes: 256 * 1024 ** 2,
  });
  expect(opened.rewriting(() => undefined)).toBeUndefined();
});

test('an archive that unpacks to more than may be rewritten is refused', async () => {
  const archive = await archiveOf({ name: 'demo' }, [], [['large', Buffer.alloc(50_000)]]);
  const { packageJsonAt: place } = await readPackageArchive(Readable.from([archive]));
  const wish = { place, change: { text: '{}' }, maxBytes: 50_000 };
  await expect(buffer(Readable.from(rewriteApart(Readable.from([archive]), wish)))).rejects.toMatchObject({
    code: 'too_large',
  });
});

const lists = (count: number) => Array.from({ length: count }, () => []);

test('a package.json of countless values is refused before it is parsed', async () => {
  const archive = await archiveOf({ name: 'demo', x: lists(60_000) });
  await expect(readPreviewArchive(Readable.from([archive]), 'demo')).rejects.toMatchObject({
    code: 'archive_too_large',
  });
  const texts = await archiveOf({ name: 'demo', x: '[,{"\\'.repeat(60_000), y: lists(40_000) });
  await expect(readPreviewArchive(Readable.from([texts]), 'demo')).resolves.toMatchObject({
    restricted: false,
  });
});

test('an archive of another package is refused', async () => {
  const archive = await archiveOf({ name: 'other' });
  await expect(readPreviewArchive(Readable.from([archive]), 'demo')).rejects.toThrow('the package "other"');
  const nameless = await archiveOf({});
  await expect(readPreviewArchive(Readable.from([nameless]), 'demo')).rejects.toMatchObject({
    code: 'manifest_invalid',
  });
});

const read = async (packageJson: object) =>
  readPreviewArchive(Readable.from([await archiveOf({ name: 'demo', ...packageJson })]), 'demo');

test('who is to have it, and its version, stand in package.json', async () => {
  expect(await read({ version: '1.2.3', publishConfig: { access: 'restricted' } })).toMatchObject({
    version: '1.2.3',
    restricted: true,
  });
  expect(await read({ version: 3, publishConfig: { access: 'public' } })).toMatchObject({
    version: undefined,
    restricted: false,
  });
});

const rewritten = (packageJson: object) => {
  const text = withSiblings(packageJson as Record<string, unknown>, urlOf);
  return text === undefined ? undefined : (JSON.parse(text) as object);
};

describe('dependencies on siblings', () => {
  test('lead to their URLs in all three fields, and nothing else changes', () => {
    expect(
      rewritten({
        name: 'demo',
        dependencies: { '@acme/sibling': 'workspace:*', other: '^1.0.0' },
        devDependencies: { sibling: '^2.0.0' },
        optionalDependencies: { 'a-sibling': 'file:../a' },
        peerDependencies: { sibling: '^2.0.0' },
        exports: { '.': './index.js' },
      }),
    ).toEqual({
      name: 'demo',
      dependencies: { '@acme/sibling': url('@acme/sibling'), other: '^1.0.0' },
      devDependencies: { sibling: url('sibling') },
      optionalDependencies: { 'a-sibling': url('a-sibling') },
      peerDependencies: { sibling: '^2.0.0' },
      exports: { '.': './index.js' },
    });
  });

  test('may have another name here', () => {
    expect(rewritten({ dependencies: { x: 'npm:@acme/sibling@^1', sibling: 'npm:lodash@4' } })).toEqual({
      dependencies: { x: url('@acme/sibling'), sibling: 'npm:lodash@4' },
    });
  });

  test.each([
    ['none', { dependencies: { other: '1' } }],
    ['only a peer', { peerDependencies: { sibling: '1' } }],
    ['one that is bundled', { dependencies: { sibling: '1' }, bundledDependencies: ['sibling'] }],
    ['all of them bundled', { dependencies: { sibling: '1' }, bundleDependencies: true }],
    [
      'what is no list of them',
      { dependencies: ['sibling'], devDependencies: 'sibling', optionalDependencies: null },
    ],
  ])('are left alone where there is %s', (_, packageJson) => {
    expect(rewritten(packageJson)).toBeUndefined();
  });

  test('of a manifest that is too deep to be written are refused', () => {
    let deep: object = {};
    for (let level = 0; level < 200; level += 1) deep = { deep };
    expect(() => rewritten({ dependencies: { sibling: '1' }, deep })).toThrow(
      expect.objectContaining({ code: 'manifest_invalid' }),
    );
  });
});
