import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tarGz, zigLibrary, zonManifest, type TarItem } from '../../../test/formats/zig-archive.ts';
import { isFault } from '../../kernel/index.ts';
import { readZigPackage } from './index.ts';
import { repairChecksums } from '../../../test/formats/tar-checksums.ts';

interface Leaf {
  path: string;
  content: string;
  isLink: boolean;
}

/** The digest, computed as the rules say it, with everything in memory. */
function reference(leaves: Leaf[], kept: string[]): { digest: string; size: number } {
  const inside = leaves.filter(({ path }) => kept.some((top) => path === top || path.startsWith(`${top}/`)));
  const sorted = inside.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const all = createHash('sha256');
  for (const { path, content, isLink } of sorted) {
    all.update(
      createHash('sha256')
        .update(`${path}${isLink ? '' : '\0\0'}${content}`)
        .digest(),
    );
  }
  const size = inside.reduce(
    (sum, { content, isLink }) => sum + (isLink ? 0 : Buffer.byteLength(content)),
    0,
  );
  return { digest: all.digest('hex'), size };
}

const segment = fc.constantFrom(
  'a',
  'A',
  'b',
  'a-b',
  'a.b',
  'é',
  '日本',
  '\u{10000}',
  '\uFFEE',
  'n'.repeat(90),
);
const leaf = fc.record({
  path: fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join('/')}/leaf`),
  content: fc.oneof(
    fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    fc.constantFrom('x'.repeat(511), 'x'.repeat(512), 'x'.repeat(300_000)),
  ),
  isLink: fc.boolean(),
});
const leaves = fc.uniqueArray(leaf, { maxLength: 12, selector: ({ path }) => path });
const target = (content: string) => `t${content.replaceAll('\0', '').slice(0, 90)}`;

test('[P-41] random archives have the digest that the rules give', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      leaves,
      fc.subarray(['a', 'b', 'é']),
      fc.nat(20),
      fc.nat(),
      async (drawn, tops, at, cut) => {
        const found = drawn.map((one) => ({
          ...one,
          content: one.isLink ? target(one.content) : one.content,
        }));
        const kept = ['build.zig.zon', ...tops];
        const manifest: Leaf = {
          path: 'build.zig.zon',
          content: zonManifest('demo', '1.0.0', '', kept),
          isLink: false,
        };
        const all = found.toSpliced(at, 0, manifest);
        const bytes = await tarGz(
          all.map(({ path, content, isLink }): TarItem => {
            const name = `root/${path}`;
            return isLink ? { name, type: 'symlink', to: content } : { name, content };
          }),
        );
        const chunks = [bytes.subarray(0, cut % bytes.length), bytes.subarray(cut % bytes.length)];
        const { digest, size } = await readZigPackage({
          size: bytes.length,
          open: () => Readable.from(chunks),
        });
        expect({ digest, size }).toEqual(reference(all, kept));
      },
    ),
    { numRuns: 300 },
  );
});

test('damaged archives are read or refused', { timeout: 60_000 }, async () => {
  const sound = gunzipSync(await zigLibrary('demo', '1.0.0'));
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), async (changes, repair) => {
      const tar = Buffer.from(sound);
      for (const [at, byte] of changes) tar[at % tar.length] = byte;
      if (repair) repairChecksums(tar);
      const bytes = gzipSync(tar, { level: 1 });
      try {
        await readZigPackage({ size: bytes.length, open: () => Readable.from([bytes]) });
        ends.add('read');
      } catch (error) {
        if (!isFault(error)) throw error;
        ends.add('refused');
      }
    }),
    { numRuns: 1500 },
  );
  expect([...ends].toSorted()).toEqual(['read', 'refused']);
});
