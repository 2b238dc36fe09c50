import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { makeArchive } from '../../../test/setup/hostile.ts';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { sha256Hex } from '../../kernel/index.ts';
import { archiveBounds } from '../../formats/vais/light/index.ts';
import { unpack } from './unpack.ts';

type Entries = Parameters<typeof makeArchive>[0];

let outer: string;
let folder: string;
beforeEach(() => {
  outer = temporaryFolder('unpack');
  folder = join(outer, 'in');
  mkdirSync(folder);
});

const into = async (entries: Entries, bounds = archiveBounds) =>
  unpack(Readable.from([await makeArchive(entries)]), folder, bounds);

test('files and folders come out as they went in, with what is needed to know them again', async () => {
  const big = randomBytes(400_000);
  const unpacked = await into([
    { name: './vais.toml', content: '[package]' },
    { name: 'src/deep/lib.vais', content: big },
    { name: 'run.sh', content: '#!', mode: 0o6777 },
    { name: 'empty/', type: 'directory' },
    { name: 'src/none.vais' },
  ]);
  expect(readFileSync(join(folder, 'src/deep/lib.vais')).equals(big)).toBe(true);
  expect(statSync(join(folder, 'run.sh')).mode & 0o7777 & ~process.umask()).toBe(0o755 & ~process.umask());
  expect(statSync(join(folder, 'vais.toml')).mode & 0o111).toBe(0);
  expect(unpacked.folders).toEqual(['src', 'src/deep', 'empty']);
  expect(unpacked.files).toEqual([
    { path: 'vais.toml', size: 9, sha256: sha256Hex('[package]') },
    { path: 'src/deep/lib.vais', size: 400_000, sha256: sha256Hex(big) },
    { path: 'run.sh', size: 2, sha256: sha256Hex('#!') },
    { path: 'src/none.vais', size: 0, sha256: sha256Hex('') },
  ]);
});

test.each<[string, Entries, RegExp]>([
  ['an absolute path', [{ name: '/tmp/evil' }], /absolute/],
  ['a path that climbs', [{ name: '../evil' }], /leaves the archive/],
  ['a path that climbs by a pax record', [{ name: 'x', pax: { path: 'a/../../evil' } }], /leaves/],
  ['a link', [{ name: 'x', type: 'symlink', linkname: 'src' }, { name: 'x/evil' }], /"x" is a link/],
  ['a hard link', [{ name: 'a' }, { name: 'b', type: 'link', linkname: 'a' }], /"b" is a link/],
  ['a device', [{ name: 'dev', type: 'character-device' }], /character-device/],
  ['a pipe', [{ name: 'pipe', type: 'fifo' }], /fifo/],
  ['a file twice', [{ name: 'a' }, { name: './a' }], /more than once/],
  [
    'two files of one name but for case',
    [{ name: 'README' }, { name: 'readme' }],
    /"README" and "readme" are one file where case/,
  ],
  ['a name that colours', [{ name: 'a\u001B[31mb' }], /"a\\u001b\[31mb" holds a control character/],
  ['a name of two lines', [{ name: 'docs/a\nb/c' }], /"docs\/a\\nb" holds a control character/],
  ['a name with DEL', [{ name: 'a\u007F' }], /"a\\u007f" holds a control character/],
  ['a folder with a C1 character', [{ name: '\u009B/', type: 'directory' }], /"\\u009b" holds a control/],
  ['a climb that colours', [{ name: '../\u009B\u202E' }], /"\.\.\/\\u009b\\u202e" leaves the archive/],
  ['folders of one name but for case', [{ name: 'Src/a' }, { name: 'src/b' }], /"Src" and "src"/],
  ['a name of a device', [{ name: 'src/con.vais' }], /Windows can have no "src\/con\.vais"/],
  ['a folder with a colon', [{ name: 'src/a:b/c' }], /Windows can have no "src\/a:b": its name holds :/],
  ['a file where a folder is', [{ name: 'a/b' }, { name: 'a' }], /more than once|folder/],
  ['a name that is too long', [{ name: 'n'.repeat(300) }], /No file here can be called|more than/],
  ['a path that is too long', [{ name: 'deep/'.repeat(300) }], /more than 1024 bytes/],
])('%s is refused, and nothing is outside', async (_what, entries, sentence) => {
  await expect(into(entries)).rejects.toMatchObject({ message: expect.stringMatching(sentence) });
  expect(readdirSync(outer)).toEqual(['in']);
});

test('[V-50] bombs and too many files are stopped, and a cut archive is no archive', async () => {
  const bomb = [{ name: 'zeros', content: Buffer.alloc(40 * 1024 ** 2) }];
  await expect(into(bomb)).rejects.toThrow(/200 times/);
  folder = temporaryFolder('unpack');
  const many = Array.from({ length: 11 }, (_, index) => ({ name: `f${index}` }));
  await expect(into(many, { ...archiveBounds, entries: 10 })).rejects.toThrow(/more than 10 files/);
  folder = temporaryFolder('unpack');
  const large = [
    { name: 'a', content: 'x'.repeat(600) },
    { name: 'b', content: 'x'.repeat(600) },
  ];
  await expect(into(large, { ...archiveBounds, unpackedBytes: 1000 })).rejects.toThrow(
    /more than 1000 bytes/,
  );
  folder = temporaryFolder('unpack');
  const whole = await makeArchive([{ name: 'a', content: randomBytes(100_000) }]);
  const cut = Readable.from([whole.subarray(0, 50_000)]);
  await expect(unpack(cut, folder)).rejects.toMatchObject({ code: 'archive_invalid' });
  const garbage = Readable.from([gzipSync('no tar'.repeat(200))]);
  await expect(unpack(garbage, folder)).rejects.toMatchObject({ code: 'archive_invalid' });
});
