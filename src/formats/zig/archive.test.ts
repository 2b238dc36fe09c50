import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  fingerprintOf,
  oddTars,
  tarGz,
  zigLibrary,
  zonManifest,
  type TarItem,
} from '../../../test/formats/zig-archive.ts';
import { readPackage } from './archive.ts';
import { readZigPackage, readZigRelease, type ZigArchive } from './index.ts';

function staged(bytes: Buffer): ZigArchive {
  return { size: bytes.length, open: () => Readable.from([Buffer.from(bytes)]) };
}

const manifest = (paths = ['']) => ({
  name: 'demo/build.zig.zon',
  content: zonManifest('demo', '1.0.0', '', paths),
});
const longManifest = (filling: string) =>
  tarGz([
    { name: 'demo/build.zig.zon', content: zonManifest('demo', '1.0.0', `.x = ${filling},\n`) },
    { name: 'demo/x' },
  ]);
const release = async (items: TarItem[]) => readZigRelease(staged(await tarGz(items)));

test('a release tells name, version, files and both hashes', async () => {
  const found = await readZigRelease(staged(await zigLibrary('my_lib', '1.0.0')));
  expect(found).toMatchObject({ name: 'my-lib', version: '1.0.0', files: 3, root: 'my_lib-1.0.0' });
  expect(found.manifest?.name).toBe('my_lib');
  expect(found.hash).toMatch(/^my_lib-1\.0\.0-7v_AA[\w-]{39}$/);
  expect(found.legacyHash).toBe(`1220${found.digest}`);
});

test('a large archive is read in a thread of its own, with the same result and the same refusals', async () => {
  const items = [manifest(), { name: 'demo/big', content: Buffer.alloc(300_000, 'noise') }];
  const bytes = await tarGz(items);
  const here = await readZigPackage(staged(bytes));
  const apart = await readZigPackage({ ...staged(bytes), size: 10_000_000 });
  expect(apart).toEqual(here);
  const twice = await tarGz([...items, manifest()]);
  await expect(readZigPackage({ ...staged(twice), size: 10_000_000 })).rejects.toMatchObject({
    code: 'archive_invalid',
    message: expect.stringContaining('"build.zig.zon" more than once'),
  });
  const roots = { ...staged(await tarGz([...items, { name: 'x/y' }])), size: 10_000_000 };
  expect((await readZigPackage(roots)).root).toBe('');
});

describe('refused at a publish', () => {
  test.each<[string, TarItem[], string, string]>([
    [
      'two roots',
      [manifest(), { name: 'other/x' }],
      'archive_invalid',
      '"other/x" does not lie in the folder "demo"',
    ],
    [
      'a file beside the root',
      [manifest(), { name: 'x' }],
      'archive_invalid',
      '"x" does not lie in the folder "demo"',
    ],
    [
      'no root',
      [{ name: 'build.zig.zon', content: zonManifest('demo', '1.0.0') }],
      'archive_invalid',
      'one folder',
    ],
    ['no files', [], 'archive_invalid', 'holds no files'],
    ['folders alone', [{ name: 'demo/src/', type: 'directory' }], 'archive_invalid', 'holds no files'],
    ['no manifest', [{ name: 'demo/x' }], 'archive_invalid', 'no build.zig.zon'],
    ['a manifest deeper down', [{ name: 'demo/src/build.zig.zon' }], 'archive_invalid', 'no build.zig.zon'],
    [
      'a manifest that is a link',
      [{ name: 'demo/build.zig.zon', type: 'symlink', to: 'x' }],
      'archive_invalid',
      'is a link',
    ],
    [
      'paths without the manifest',
      [manifest(['src']), { name: 'demo/src/a' }],
      'manifest_invalid',
      'leave build.zig.zon itself out',
    ],
    [
      'paths that fit nothing',
      [manifest(['/src', '../x', 'src/**'])],
      'manifest_invalid',
      'leave build.zig.zon itself out',
    ],
    [
      'a broken manifest',
      [{ name: 'demo/build.zig.zon', content: '.{\n.name = ,' }],
      'manifest_invalid',
      'build.zig.zon:2:9: ',
    ],
    [
      'a name that no registry takes',
      [
        {
          name: 'd/build.zig.zon',
          content: `.{ .name = ._x, .version = "1.0.0", .fingerprint = ${fingerprintOf('_x')} }`,
        },
      ],
      'name_invalid',
      '"_x"',
    ],
    [
      'a hard link',
      [manifest(), { name: 'demo/x', type: 'link', to: 'demo/y' }],
      'archive_invalid',
      '"demo/x" is a hard link',
    ],
    [
      'a device',
      [manifest(), { name: 'demo/x', type: 'character-device' }],
      'archive_invalid',
      'a character device',
    ],
    ['a pipe', [manifest(), { name: 'demo/x', type: 'fifo' }], 'archive_invalid', 'a named pipe'],
    [
      'a file twice',
      [manifest(), { name: 'demo/x' }, { name: 'demo/./y/../x' }],
      'archive_invalid',
      '"x" more than once',
    ],
    [
      'a file and a folder',
      [manifest(), { name: 'demo/x/y' }, { name: 'demo/x' }],
      'archive_invalid',
      'a folder too',
    ],
    [
      'a folder and a file',
      [manifest(), { name: 'demo/x' }, { name: 'demo/x/y' }],
      'archive_invalid',
      'needs a folder',
    ],
    [
      'a file below a link',
      [manifest(), { name: 'demo/x', type: 'symlink', to: '/etc' }, { name: 'demo/x/y' }],
      'archive_invalid',
      'below the link "x"',
    ],
    ['an absolute path', [manifest(), { name: '/demo/x' }], 'archive_invalid', 'absolute path'],
    [
      'a path that leads out',
      [manifest(), { name: 'demo/../../x' }],
      'archive_invalid',
      'leaves the archive',
    ],
  ])('%s', async (_, items, code, words) => {
    await expect(release(items)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test.each([
    ['what is not gzip', Buffer.from('no archive'), 'not gzip'],
    ['what is no tar', gzipSync(Buffer.alloc(2000, 'x')), 'no valid tar stream'],
  ])('%s', async (_, bytes, words) => {
    await expect(readZigRelease(staged(bytes))).rejects.toMatchObject({
      code: 'archive_invalid',
      message: expect.stringContaining(words),
    });
  });

  test('an archive that was cut', async () => {
    const bytes = await zigLibrary('demo', '1.0.0');
    await expect(readZigRelease(staged(bytes.subarray(0, -20)))).rejects.toMatchObject({
      code: 'archive_invalid',
      message: expect.stringContaining('ends too early'),
    });
  });
});

test('what paths leave out may be as it wants, whether it comes before the manifest or behind it', async () => {
  const odd: TarItem[] = [
    { name: 'demo/out/hard', type: 'link', to: 'demo/y' },
    { name: 'demo/out/twice' },
    { name: 'demo/out/twice' },
  ];
  const kept = [manifest(['src', 'build.zig.zon']), { name: 'demo/src/a', content: 'x' }];
  const { hash } = await release(kept);
  expect((await release([...odd, ...kept])).hash).toBe(hash);
  expect((await release([...kept, ...odd])).hash).toBe(hash);
});

test('an entry that was refused before the manifest came is refused if paths keep it', async () => {
  const early: TarItem = { name: 'demo/src/x', type: 'fifo' };
  await expect(release([early, manifest(['src', 'build.zig.zon'])])).rejects.toMatchObject({
    message: expect.stringContaining('"demo/src/x" is a named pipe'),
  });
});

describe('a small archive with a long manifest', () => {
  test('is refused with a sentence if it is longer than any', async () => {
    const bytes = await longManifest(`"${String.raw`\n`.repeat(600_000)}"`);
    expect(bytes.length).toBeLessThan(20_000);
    await expect(readZigRelease(staged(bytes))).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('at most 1048576 are read'),
    });
  });

  test.each([
    ['escapes', `"${String.raw`\n`.repeat(500_000)}"`],
    ['comments', `${'//\n'.repeat(300_000)}1`],
    ['lines of a string', `\n${'\\\\\n'.repeat(300_000)}`],
  ])('of %s is read in a thread of its own', async (_, filling) => {
    const bytes = await longManifest(filling);
    const here = await readPackage(Readable.from([bytes]), {
      strip: true,
      strict: true,
      manifestBytes: 64 * 1024,
    });
    expect(here).toEqual({ isLong: true });
    expect((await readZigRelease(staged(bytes))).manifest?.name).toBe('demo');
  });
});

test.each<[string, TarItem]>([
  ['is broken', { name: 'x/build.zig.zon', content: '.{ broken' }],
  ['is too long', { name: 'x/build.zig.zon', content: ' '.repeat(1024 * 1024 + 1) }],
  ['is a link', { name: 'x/build.zig.zon', type: 'symlink', to: 'y' }],
])('a manifest that %s is none where its folder is not the root', async (_, item) => {
  const bytes = await tarGz([item, { name: 'y/a', content: 'x' }]);
  expect(await readZigPackage(staged(bytes))).toMatchObject({ manifest: null, root: '' });
  await expect(readZigRelease(staged(bytes))).rejects.toMatchObject({
    message: expect.stringContaining('"y/a" does not lie in the folder "x"'),
  });
});

describe('headers that readers of tar take differently', () => {
  const { taken, refused } = oddTars();

  test.each(refused)('%s is refused', async (_, bytes) => {
    await expect(readZigPackage(staged(bytes))).rejects.toMatchObject({ code: 'archive_invalid' });
  });

  test.each(taken)('%s: the file behind it is found', async (_, bytes) => {
    const found = await readZigPackage(staged(bytes));
    expect(found).toMatchObject({ root: 'd', files: 2 });
  });

  test('a sparse file, and a prefix with the mark of GNU, are not published', async () => {
    const [sparse, prefix] = taken;
    await expect(readZigRelease(staged(sparse?.[1] ?? Buffer.of()))).rejects.toThrow('is a sparse file');
    await expect(readZigRelease(staged(prefix?.[1] ?? Buffer.of()))).rejects.toThrow('a header of GNU tar');
  });
});
