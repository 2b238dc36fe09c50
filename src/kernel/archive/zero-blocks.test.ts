import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { makeArchive } from '../../../test/setup/hostile.ts';
import { readPortableTarGz } from './portable.ts';
import { readTarGz } from './read.ts';

type Entries = Parameters<typeof makeArchive>[0];

const bounds = { entries: 100, unpackedBytes: 10 * 1024 ** 2 };
const tarOf = async (entries: Entries) => gunzipSync(await makeArchive(entries));
const garbage = (bytes: number) => Buffer.alloc(bytes, 'garbage');
const filesOf = async (tar: Buffer) => {
  const files: string[] = [];
  const keep = ({ path }: { path: string }) => void files.push(path);
  await readPortableTarGz(Readable.from([gzipSync(tar)]), { file: keep }, bounds);
  return files;
};

test('an entry behind the end marker of an archive is refused, where tar does not look either', async () => {
  const [seen, hidden] = [await tarOf([{ name: 'seen', content: 'x' }]), await tarOf([{ name: 'hidden' }])];
  const behind = Buffer.concat([seen, hidden]);
  await expect(filesOf(behind)).rejects.toMatchObject({
    code: 'archive_invalid',
    message: expect.stringMatching(/"hidden" lies behind the end/),
  });
  // One block of zeros is an end for GNU tar already.
  const alone = Buffer.concat([seen.subarray(0, 1024 + 512), hidden]);
  await expect(filesOf(alone)).rejects.toThrow(/behind the end/);
  // So is one between a pax header and its entry.
  const pax = await tarOf([{ name: 'p', pax: { comment: 'x' } }]);
  const split = Buffer.concat([pax.subarray(0, 1024), Buffer.alloc(512), pax.subarray(1024)]);
  await expect(filesOf(split)).rejects.toThrow(/behind the end/);
  // What packages of npm hold there is theirs: upstreams have such archives.
  const { files } = await readTarGz(Readable.from([gzipSync(behind)]), () => undefined);
  expect(files).toBe(2);
});

test('bytes behind the end marker are told from an archive that is damaged before it', async () => {
  const tar = await tarOf([{ name: 'a', content: Buffer.alloc(700, 'x') }]);
  for (const behind of [garbage(100), garbage(512), garbage(5000), Buffer.alloc(100)]) {
    await expect(filesOf(Buffer.concat([tar, behind]))).rejects.toMatchObject({
      code: 'archive_invalid',
      message: expect.stringMatching(/goes on behind its end/),
    });
  }
  await expect(filesOf(Buffer.concat([Buffer.alloc(1024), garbage(512)]))).rejects.toThrow(/behind its end/);
  const content = tar.subarray(0, 1536);
  const before = Buffer.concat([content, garbage(512), Buffer.alloc(1024)]);
  await expect(filesOf(before)).rejects.toThrow(/no valid tar stream/);
  await expect(filesOf(Buffer.concat([content, garbage(100)]))).rejects.toThrow(/ends too early/);
  await expect(filesOf(tar.subarray(0, 900))).rejects.toThrow(/ends too early/);
  const packed = Buffer.concat([gzipSync(tar), gzipSync(Buffer.alloc(9)).subarray(0, 15)]);
  const cut = readPortableTarGz(Readable.from([packed]), { file: () => undefined }, bounds);
  await expect(cut).rejects.toThrow(/ends too early/);
});

test('zeros in files, between entries of any length, and any number of them at the end are no matter', async () => {
  const entries: Entries = [
    { name: 'empty' },
    { name: 'zeros', content: Buffer.alloc(300_000) },
    { name: 'odd', content: Buffer.alloc(513) },
    { name: 'long/'.repeat(60), content: randomBytes(70_000) },
    { name: 'ends-in-zeros', content: Buffer.concat([randomBytes(100), Buffer.alloc(1024)]) },
    { name: 'last', content: Buffer.alloc(512) },
  ];
  const tar = await tarOf(entries);
  const names = ['empty', 'zeros', 'odd', 'long/'.repeat(60).slice(0, -1), 'ends-in-zeros', 'last'];
  expect(await filesOf(tar)).toEqual(names);
  expect(await filesOf(Buffer.concat([tar, Buffer.alloc(10_240)]))).toEqual(names);
});
