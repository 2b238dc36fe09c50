import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeArchive } from '../../../test/setup/hostile.ts';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { vaisManifest } from '../../../test/setup/vais-packages.ts';
import { readVaisUpload } from '../../formats/vais/upload.ts';
import { isFault } from '../../kernel/light/index.ts';
import { unpack } from './unpack.ts';

const segment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'A', 'src', 'Src', 'lib.vais', '.', '', 'é', 'e\u0301') },
  fc.constantFrom('..', 'C:', 'a\\b', 'ς', 'Σ', 'ß', 'SS', 'ﬁ', 'fi', ' ', 'x\ny', 'CON', '\u200b', '🦊'),
  fc.constantFrom('n'.repeat(255), 'n'.repeat(256), 'é'.repeat(127), 'é'.repeat(128)),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
);
const name = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const type = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('file' as const, 'directory' as const) },
  fc.constantFrom('symlink' as const, 'link' as const),
);
const entries = fc.array(fc.record({ name, linkname: fc.constant('vais.toml'), type }), { maxLength: 4 });
const damage = fc.option(
  fc.record({ at: fc.nat(), byte: fc.constantFrom(0, 0x35, 0x41, 0x61, 0x80, 0xff) }),
  {
    freq: 4,
  },
);

/** Paths and sizes in the end, or that it was refused; anything but a Fault rejects. */
async function outcome<T>(work: () => Promise<T>): Promise<T | 'refused'> {
  try {
    return await work();
  } catch (error) {
    if (isFault(error)) return 'refused';
    throw error;
  }
}

test('what a registry takes, a client unpacks', { timeout: 60_000 }, async () => {
  const outer = temporaryFolder('published');
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(entries, damage, async (more, change) => {
      const sound = await makeArchive([
        { name: 'vais.toml', content: vaisManifest() },
        { name: 'src/lib.vais', content: 'x' },
        ...more.map((entry) => ({ ...entry, ...(entry.type === 'file' && { content: 'yy' }) })),
      ]);
      const archive = change === null ? sound : changed(sound, change);
      const taken = await outcome(() => readVaisUpload(Readable.from([archive])));
      const folder = join(outer, 'in');
      mkdirSync(folder);
      try {
        const unpacked = await outcome(() => unpack(Readable.from([archive]), folder));
        ends.add(taken === 'refused' ? 'refused' : 'taken');
        if (taken === 'refused') return;
        if (unpacked === 'refused') throw new Error('was taken, and cannot be installed');
        const bytes = unpacked.files.reduce((sum, { size }) => sum + size, 0);
        expect([unpacked.files.length, bytes]).toEqual([taken.files, taken.unpackedSize]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: 400 },
  );
  expect([...ends].toSorted()).toEqual(['refused', 'taken']);
});

/** Another byte in a header behind the manifest's, whose checksum is right. */
function changed(archive: Buffer, { at, byte }: { at: number; byte: number }): Buffer {
  const tar = gunzipSync(archive);
  tar[at % tar.length] = byte;
  for (let start = 0; start + 512 <= tar.length; start += 512) {
    const block = tar.subarray(start, start + 512);
    if (block.toString('latin1', 257, 262) !== 'ustar') continue;
    block.write('        ', 148);
    const sum = block.reduce((total, one) => total + one, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  }
  return gzipSync(tar, { level: 1 });
}
