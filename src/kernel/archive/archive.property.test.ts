import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { pack } from 'tar-stream';
import { beforeAll, expect, test } from 'vitest';
import { isFault } from '../errors.ts';
import { readTarGz } from './index.ts';
import { repairChecksums } from '../../../test/formats/tar-checksums.ts';

let sound: Buffer;
beforeAll(async () => {
  const packing = pack();
  packing.entry({ name: 'package/', type: 'directory' });
  packing.entry({ name: 'package/package.json' }, '{"name":"demo","version":"1.0.0"}');
  packing.entry({ name: `package/${'n'.repeat(120)}/ü.js`, mode: 0o755 }, 'x'.repeat(600));
  packing.entry({ name: 'package/link', type: 'symlink', linkname: 'package.json' });
  packing.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packing) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  sound = gzipSync(Buffer.concat(chunks));
});

/** How a reading ended; what is neither a summary nor a Fault rejects, and a hang ends in the test's time limit. */
async function reading(bytes: Buffer, size = 5000): Promise<'read' | 'refused'> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  const wanted = { maxBytes: 1000, take: () => undefined };
  try {
    await readTarGz(Readable.from(chunks), (entry) => {
      if (/^\/|(^|\/)\.\.(\/|$)|\\|\0|^[A-Za-z]:/.test(entry.path))
        throw new Error(`let ${entry.path} through`);
      return entry.type === 'file' ? wanted : undefined;
    });
    return 'read';
  } catch (error) {
    if (isFault(error)) return 'refused';
    throw error;
  }
}

const damage = fc.array(
  fc.record({ at: fc.nat(), byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 0x80, 0x90, 0xff)) }),
  { minLength: 1, maxLength: 6 },
);
const chunkSize = fc.constantFrom(7, 100, 5000);

function damaged(bytes: Buffer, changes: { at: number; byte: number }[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const { at, byte } of changes) copy[at % copy.length] = byte;
  return copy;
}

test('damaged gzip ends in a summary or a refusal', { timeout: 60_000 }, async () => {
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(damage, chunkSize, fc.nat(), async (changes, size, cut) => {
      const bytes = damaged(sound, changes);
      ends.add(await reading(cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes, size));
    }),
    { numRuns: 3500 },
  );
  expect([...ends].toSorted()).toEqual(['read', 'refused']);
});

test('a damaged tar stream in sound gzip ends in a summary or a refusal', { timeout: 60_000 }, async () => {
  const tar = gunzipSync(sound);
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), async (changes, repair) => {
      const bytes = damaged(tar, changes);
      if (repair) repairChecksums(bytes);
      ends.add(await reading(gzipSync(bytes, { level: 1 })));
    }),
    { numRuns: 3500 },
  );
  expect([...ends].toSorted()).toEqual(['read', 'refused']);
});

test('random paths and links never lead out', { timeout: 60_000 }, async () => {
  const segment = fc.constantFrom('a', 'b', 'A', '..', '.', '', 'C:', 'a\\b', 'é', 'x\0y');
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
  const type = fc.constantFrom('file' as const, 'symlink' as const, 'link' as const, 'directory' as const);
  const items = fc.array(fc.record({ name: path, linkname: path, type }), { minLength: 1, maxLength: 4 });
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(items, async (entries) => {
      const packing = pack();
      for (const entry of entries) packing.entry(entry, entry.type === 'file' ? 'x' : '');
      packing.finalize();
      const chunks: Buffer[] = [];
      for await (const chunk of packing) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
      ends.add(await reading(gzipSync(Buffer.concat(chunks), { level: 1 })));
    }),
    { numRuns: 3000 },
  );
  expect([...ends].toSorted()).toEqual(['read', 'refused']);
});
