import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { isFault } from '../../errors.ts';
import { zipArchive } from '../../../../test/setup/zip.ts';
import { defaultZipLimits, zipEntries, type ZipLimits } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'kontor-zip-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function contents(archive: Buffer, limits: Partial<ZipLimits> = {}): Promise<[string, string][]> {
  const path = join(folder, 'archive.zip');
  writeFileSync(path, archive);
  const file = await open(path);
  try {
    const found: [string, string][] = [];
    for await (const { name, read } of zipEntries(file, { ...defaultZipLimits, ...limits })) {
      found.push([name, (await read()).toString('utf8')]);
    }
    return found;
  } finally {
    await file.close();
  }
}

const files: [string, string][] = [
  ['a.json', '{"id":"A"}'],
  ['folder/ü.json', 'x'.repeat(100_000)],
  ['empty.json', ''],
];

test('every file is read, from plain archives, those with a comment and ZIP64 ones', async () => {
  expect(await contents(zipArchive(files))).toEqual(files);
  expect(await contents(zipArchive(files, { comment: 'PK\u0005\u0006 is no end' }))).toEqual(files);
  expect(await contents(zipArchive(files, { wide: true }))).toEqual(files);
});

test('folders are left out, and an archive may be empty', async () => {
  expect(await contents(zipArchive([['folder/', ''], ...files]))).toEqual(files);
  expect(await contents(zipArchive([]))).toEqual([]);
});

test('more entries than 16 bits count', async () => {
  const many = Array.from({ length: 70_000 }, (_, index): [string, string] => [`${index}.json`, '{}']);
  expect(await contents(zipArchive(many))).toHaveLength(70_000);
});

test('each limit refuses what is over it', async () => {
  const archive = zipArchive(files);
  const refused = { code: 'archive_too_large' };
  await expect(contents(archive, { entries: 2 })).rejects.toMatchObject(refused);
  await expect(contents(archive, { entryBytes: 99_999 })).rejects.toMatchObject({ code: 'too_large' });
  await expect(contents(archive, { unpackedBytes: 100_009 })).rejects.toMatchObject(refused);
  await expect(contents(archive, { ratioFrom: 1000 })).rejects.toMatchObject(refused);
});

test('what an entry unpacks to is no more than it says', async () => {
  const archive = zipArchive([['a', 'y'.repeat(1000)]]);
  const head = archive.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  archive.writeUInt32LE(10, head + 24);
  await expect(contents(archive)).rejects.toMatchObject({ code: 'archive_invalid' });
});

test('damaged and cut archives are read or refused, and never anything else', async () => {
  for (const wide of [false, true]) {
    const sound = zipArchive(files, { wide });
    const damage = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 6 });
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(), async (changes, cut) => {
        const bytes = Buffer.from(sound);
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        const archive = cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
        try {
          await contents(archive);
          ends.add('read');
        } catch (error) {
          if (!isFault(error)) throw error;
          ends.add(error.code);
        }
      }),
      { numRuns: 600 },
    );
    expect([...ends]).toContain('archive_invalid');
  }
});
