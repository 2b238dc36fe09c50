import { pack, type Pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { defaultArchiveLimits, type ArchiveLimits } from '../../../kernel/index.ts';
import { TarParser, type TarEntry } from './index.ts';

async function tar(fill: (packing: Pack) => void): Promise<Buffer> {
  const packing = pack();
  fill(packing);
  packing.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packing) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Entries with their contents, read in pieces of that many bytes. */
function read(bytes: Buffer, piece = bytes.length, limits: Partial<ArchiveLimits> = {}) {
  const found: (TarEntry & { content: string })[] = [];
  const parser = new TarParser({ ...defaultArchiveLimits, ...limits }, (entry) => {
    const parts: Buffer[] = [];
    return {
      write: (part) => parts.push(Buffer.from(part)),
      end: () => found.push({ ...entry, content: Buffer.concat(parts).toString() }),
    };
  });
  for (let at = 0; at < bytes.length; at += piece) parser.write(bytes.subarray(at, at + piece));
  parser.end();
  return found;
}

const long = 'n'.repeat(300);

test.each([1, 7, 511, 512, 513, 100_000])('pieces of %i bytes give the same entries', async (piece) => {
  const bytes = await tar((packing) => {
    packing.entry({ name: 'a' }, 'x'.repeat(513));
    packing.entry({ name: `dir/${long}` }, 'long');
    packing.entry({ name: 'link', type: 'symlink', linkname: long });
    packing.entry({ name: 'empty' }, '');
  });
  expect(
    read(bytes, piece).map(({ name, type, target, content }) => [name, type, target, content.length]),
  ).toEqual([
    ['a', 'file', '', 513],
    [`dir/${long}`, 'file', '', 4],
    ['link', 'symlink', long, 0],
    ['empty', 'file', '', 0],
  ]);
});

test('a global pax header says nothing, and what follows the first block of zeros is not read', async () => {
  const bytes = await tar((packing) => {
    // What git archive writes first; a header for all would give every entry this name.
    packing.entry({ name: 'pax_global_header' }, '12 path=all\n');
    packing.entry({ name: 'a' }, 'x');
  });
  bytes[156] = 'g'.charCodeAt(0);
  repairChecksum(bytes);
  expect(read(Buffer.concat([bytes, bytes])).map(({ name }) => name)).toEqual(['a']);
});

test('a missing mark at the end is no harm, and a missing byte is', async () => {
  const bytes = await tar((packing) => packing.entry({ name: 'a' }, 'x'));
  expect(read(bytes.subarray(0, 1024))).toHaveLength(1);
  for (const end of [1023, 600, 511]) {
    expect(() => read(bytes.subarray(0, end))).toThrow(expect.objectContaining({ code: 'archive_invalid' }));
  }
});

test.each<[string, Partial<ArchiveLimits>, string]>([
  ['entries', { entries: 1 }, 'more than 1 files'],
  ['bytes of an entry', { unpackedBytes: 3 }, 'claims 5 bytes'],
  ['bytes of a path', { pathBytes: 100 }, 'a path of more than 100 bytes'],
  ['bytes of headers', { headerBytes: 100 }, 'more than 100 bytes of headers'],
])('too many %s are refused', async (_, limits, words) => {
  const bytes = await tar((packing) => {
    packing.entry({ name: 'a' }, 'hello');
    packing.entry({ name: long }, '');
  });
  expect(() => read(bytes, 1000, limits)).toThrow(expect.objectContaining({ code: 'archive_too_large' }));
  expect(() => read(bytes, 1000, limits)).toThrow(words);
});

test.each(['x', '99999999999999999999 path=a\n', '9 path=ab\n', '11 path=a\n', '8 nothing\n'])(
  'the pax header %j is refused',
  async (records) => {
    const bytes = await tar((packing) => packing.entry({ name: 'p' }, records));
    bytes[156] = 'x'.charCodeAt(0);
    repairChecksum(bytes);
    expect(() => read(bytes)).toThrow('broken pax header');
  },
);

function repairChecksum(bytes: Buffer): void {
  bytes.write('        ', 148);
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}
