import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { tarGz, type TarItem } from '../../../test/formats/zig-archive.ts';
import { vaisManifest, vaisTarball } from '../../../test/setup/vais-packages.ts';
import { readVaisArchive } from './archive.ts';
import { archiveBounds } from './bounds.ts';
import { readVaisUploadApart } from './archive-thread.ts';

const manifest: TarItem = { name: 'vais.toml', content: vaisManifest() };
const source: TarItem = { name: 'src/lib.vais', content: 'x' };

const read = async (items: TarItem[]) => readVaisArchive(Readable.from([await tarGz(items)]));

test('[V-39] an archive with a manifest and a library is read, in a thread of its own too', async () => {
  const tarball = await vaisTarball({ files: { 'README.md': '# Demo' } });
  const found = await readVaisArchive(Readable.from([tarball]));
  expect(found).toEqual({ manifest: vaisManifest(), readme: '# Demo', files: 3, unpackedSize: 149 });
  expect(await readVaisUploadApart(Readable.from([tarball]))).toMatchObject({
    manifest: { name: 'demo', version: '1.0.0' },
    readme: '# Demo',
  });
});

test('[V-39] a README need not be there, a program does for a library, and a path may begin with a dot', async () => {
  const items = [
    { ...manifest, name: './vais.toml' },
    { name: './src', type: 'directory' } as const,
    { ...source, name: './src/main.vais' },
  ];
  expect(await read(items)).toMatchObject({ readme: null, files: 2 });
});

test.each<[string, TarItem[], RegExp]>([
  ['without a manifest', [source], /no vais\.toml at its top; pack the folder/],
  ['without sources', [manifest], /neither src\/lib\.vais nor src\/main\.vais/],
  ['with other sources only', [manifest, { ...source, name: 'src/other.vais' }], /neither/],
  [
    'with a top folder',
    [
      { ...manifest, name: 'demo-1.0.0/vais.toml' },
      { ...source, name: 'demo-1.0.0/src/lib.vais' },
    ],
    /lies at "demo-1\.0\.0\/vais\.toml"/,
  ],
  ['with a folder for a manifest', [{ name: 'vais.toml', type: 'directory' }, source], /no vais\.toml/],
  [
    'with a manifest twice',
    [manifest, { ...manifest, name: 'Vais.toml' }, source],
    /"Vais\.toml" are one file/,
  ],
  [
    'with names but for case',
    [manifest, source, { name: 'Src/x' }],
    /"src" and "Src" are one file where case/,
  ],
  [
    'with names but for their Unicode form',
    [manifest, source, { name: 'caf\u00e9' }, { name: 'cafe\u0301' }],
    /"café" and "cafe\u0301" are one file/,
  ],
  ['with a name of 256 bytes', [manifest, source, { name: `d/${'n'.repeat(256)}` }], /more than 255 bytes/],
  ['with a file for its root', [manifest, source, { name: '.' }], /other than a folder without a name/],
  ['with a file twice', [manifest, source, source], /more than once/],
  ['with a manifest that is no text', [{ ...manifest, content: Buffer.from([0xff]) }, source], /UTF-8/],
  ['with an absolute path', [manifest, source, { name: '/etc/x' }], /absolute/],
  ['with a path that leaves it', [manifest, source, { name: '../x' }], /leaves the archive/],
  ['with a link', [manifest, source, { name: 'x', type: 'symlink', to: 'vais.toml' }], /is a link/],
  ['with a hard link', [manifest, source, { name: 'x', type: 'link', to: 'vais.toml' }], /is a link/],
  ['with a pipe', [manifest, source, { name: 'x', type: 'fifo' }], /fifo/],
])('[V-39] an archive %s is refused', async (_what, items, says) => {
  await expect(read(items)).rejects.toMatchObject({
    code: 'archive_invalid',
    message: expect.stringMatching(says),
  });
});

test('as many files and bytes as are allowed are read, and one more is refused', async () => {
  const items = [manifest, source, { name: 'a/b/c/d', content: 'x'.repeat(100) }];
  const bytes = 101 + vaisManifest().length;
  const bounded = async (entries: number, unpackedBytes: number) =>
    readVaisArchive(Readable.from([await tarGz(items)]), { entries, unpackedBytes });
  expect(await bounded(3, bytes)).toMatchObject({ files: 3, unpackedSize: bytes });
  await expect(bounded(2, bytes)).rejects.toMatchObject({
    code: 'archive_too_large',
    message: 'The archive holds more than 2 files and folders.',
  });
  await expect(bounded(3, bytes - 1)).rejects.toMatchObject({
    code: 'archive_too_large',
    message: `The archive unpacks to more than ${bytes - 1} bytes.`,
  });
});

test('[V-39] 10,000 entries are the most', async () => {
  const many = Array.from({ length: archiveBounds.entries - 2 }, (_, index) => ({ name: `d${index}/f` }));
  expect(await read([manifest, source, ...many])).toMatchObject({ files: archiveBounds.entries });
});

test('a manifest of more than 256 KiB is refused, and a README of that size is not shown', async () => {
  const long = Buffer.alloc(256 * 1024 + 1, 'x');
  await expect(read([{ ...manifest, content: long }, source])).rejects.toMatchObject({
    code: 'archive_too_large',
  });
  expect(await read([manifest, source, { name: 'README.md', content: long }])).toMatchObject({
    readme: null,
  });
});
