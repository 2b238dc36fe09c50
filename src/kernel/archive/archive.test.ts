import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { Fault } from '../errors.ts';
import { defaultArchiveLimits, readTarGz, type ArchiveEntry, type ArchiveLimits } from './index.ts';

type Item = Parameters<ReturnType<typeof pack>['entry']>[0] & { content?: string | Buffer };

async function tar(...items: Item[]): Promise<Buffer> {
  const packing = pack();
  for (const { content, ...header } of items) packing.entry(header, content ?? '');
  packing.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packing) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function tarGz(...items: Item[]): Promise<Buffer> {
  return gzipSync(await tar(...items));
}

/** One header block with a right checksum, whatever its fields hold. */
function block(name: string, type: string, size: string, magic = 'ustar\u000000'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(size, 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(magic, 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function octal(size: number): string {
  return `${size.toString(8).padStart(11, '0')}\0`;
}

/** Hands the bytes out a few at a time, as sockets and disks do. */
function stream(bytes: Buffer, chunkSize = 64): Readable {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkSize) chunks.push(bytes.subarray(at, at + chunkSize));
  return Readable.from(chunks);
}

async function list(bytes: Buffer, limits: Partial<ArchiveLimits> = {}): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  const take = (entry: ArchiveEntry): undefined => void entries.push(entry);
  await readTarGz(stream(bytes), take, { ...defaultArchiveLimits, ...limits });
  return entries;
}

async function refusal(bytes: Buffer, limits: Partial<ArchiveLimits> = {}): Promise<string> {
  const error: unknown = await list(bytes, limits).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Fault);
  return error instanceof Fault ? `${error.code}: ${error.message}` : '';
}

const file = (name: string, content = 'x'): Item => ({ name, content });
const symlink = (name: string, linkname: string): Item => ({ name, type: 'symlink', linkname });
const hardLink = (name: string, linkname: string): Item => ({ name, type: 'link', linkname });

describe('a sound archive', () => {
  test('is summed up, and its entries are shown in order', async () => {
    const bytes = await tarGz(
      { name: './package/', type: 'directory' },
      { name: 'package/cli.js', content: 'hello', mode: 0o755 },
      symlink('package/bin/cli', '../cli.js'),
      hardLink('package/other.js', 'package/cli.js'),
    );
    const entries: ArchiveEntry[] = [];
    const summary = await readTarGz(stream(bytes), (entry) => void entries.push(entry));
    expect(summary).toEqual({ entries: 4, files: 1, unpackedSize: 5 });
    expect(entries).toEqual([
      { path: 'package', type: 'directory', size: 0, mode: 0o755 },
      { path: 'package/cli.js', type: 'file', size: 5, mode: 0o755 },
      { path: 'package/bin/cli', type: 'symlink', size: 0, mode: 0o644, linkTarget: '../cli.js' },
      { path: 'package/other.js', type: 'link', size: 0, mode: 0o644, linkTarget: 'package/cli.js' },
    ]);
  });

  test('gives the content that is asked for, and only that', async () => {
    const big = Buffer.alloc(300_000, 'abc');
    const bytes = await tarGz(file('a', 'first'), { name: 'b', content: big }, file('c', 'third'), file('d'));
    const contents: Record<string, Buffer> = {};
    await readTarGz(stream(bytes, 1000), ({ path }) =>
      path === 'd' ? undefined : { maxBytes: 300_000, take: (content) => void (contents[path] = content) },
    );
    expect(contents).toEqual({ a: Buffer.from('first'), b: big, c: Buffer.from('third') });
  });

  test('may have long and non-ASCII names, as pax or GNU records', async () => {
    const long = `${'deep/'.repeat(60)}naïve.js`;
    const gnu = Buffer.concat([
      block('././@LongLink', 'L', octal(151)),
      Buffer.concat([Buffer.from(`${'n'.repeat(150)}\0`), Buffer.alloc(512)]).subarray(0, 512),
      block('short', '0', octal(0)),
      Buffer.alloc(1024),
    ]);
    expect((await list(await tarGz(file(long))))[0]?.path).toBe(long);
    expect((await list(gzipSync(gnu)))[0]?.path).toBe('n'.repeat(150));
  });

  test('may come as several gzip members', async () => {
    const whole = await tar(file('a'), file('b'));
    const bytes = Buffer.concat([gzipSync(whole.subarray(0, 700)), gzipSync(whole.subarray(700))]);
    expect((await list(bytes)).map((entry) => entry.path)).toEqual(['a', 'b']);
  });

  test('may be empty', async () => {
    expect(await readTarGz(stream(await tarGz()), () => undefined)).toEqual({
      entries: 0,
      files: 0,
      unpackedSize: 0,
    });
  });

  test('may hold names that differ only in case', async () => {
    expect(await list(await tarGz(file('a/Readme'), file('a/README')))).toHaveLength(2);
  });
});

describe('an entry is refused that', () => {
  test.each([
    ['has an absolute path', '/etc/passwd', /absolute/],
    ['climbs out', 'a/../../b', /leaves the archive/],
    ['climbs without leaving', 'a/../b', /leaves the archive/],
    ['has a backslash', 'a\\..\\b', /backslash/],
    ['names a drive', 'C:/windows', /drive/],
    ['names a drive behind a dot', './C:evil', /drive/],
    ['has no name but a dot', './', /without a name/],
  ])('%s', async (_, name, sentence) => {
    const bytes = gzipSync(
      Buffer.concat([block(name, name === './' ? '2' : '0', octal(0)), Buffer.alloc(1024)]),
    );
    expect(await refusal(bytes)).toMatch(sentence);
  });

  test('has an empty name', async () => {
    expect(await refusal(gzipSync(block('', '0', octal(0))))).toMatch(/without a name/);
  });

  test('has a NUL in its name by a pax record', async () => {
    const bytes = await tarGz({ name: 'a', content: 'x', pax: { path: 'b\0c' } });
    expect(await refusal(bytes)).toMatch(/NUL/);
  });

  test('has a path longer than the limit', async () => {
    expect(await refusal(await tarGz(file('é'.repeat(600))))).toMatch(/^archive_too_large: .*1024 bytes/);
  });

  test.each(['character-device', 'block-device', 'fifo'] as const)('is a %s', async (type) => {
    expect(await refusal(await tarGz({ name: 'dev', type }))).toMatch(`"dev" is a ${type}`);
  });

  test('is of a type that readers disagree on', async () => {
    expect(await refusal(gzipSync(block('sparse', 'S', octal(0))))).toMatch(/unknown type/);
  });

  test.each([
    ['an absolute target', [symlink('a', '/etc')]],
    ['a target above the root', [symlink('a/b', '../../c')]],
    ['a target that climbs behind a name', [symlink('a/b/up', '../..'), symlink('out', 'a/b/up/..')]],
    ['a target with backslashes', [symlink('a', '..\\..\\b')]],
    ['a target on a drive', [symlink('a', 'C:/b')]],
    ['no target', [symlink('a', '')]],
  ])('is a symbolic link with %s', async (_, items) => {
    expect(await refusal(await tarGz(...items))).toMatch(/^archive_invalid: The link/);
  });

  test.each([
    ['climbs out', [hardLink('a', '../b')]],
    ['names nothing of the archive', [hardLink('a', 'b'), file('b')]],
    ['names a symbolic link', [symlink('b', '.'), hardLink('a', 'b')]],
  ])('is a hard link that %s', async (_, items) => {
    expect(await refusal(await tarGz(...items))).toMatch(/^archive_invalid/);
  });

  test.each([
    ['repeats a file', [file('a/b'), file('a/./b', 'other')]],
    ['puts a link over a file', [file('a'), symlink('a', 'b')]],
    ['puts a folder over a file', [file('a'), { name: 'a/', type: 'directory' } as const]],
    ['puts a file over a folder', [file('a/b'), file('a')]],
    ['lies below a link', [symlink('a', '.'), symlink('a/b', '..')]],
    ['lies below a link on a file system that folds case', [symlink('A', '.'), symlink('a/b', '..')]],
  ])('%s', async (_, items) => {
    expect(await refusal(await tarGz(...items))).toMatch(/^archive_invalid/);
  });
});

describe('damage is told from the sender’s point of view:', () => {
  test('bytes that are not gzip', async () => {
    expect(await refusal(Buffer.from('PK\u0003\u0004 not gzip at all'))).toMatch(/not gzip/);
  });

  test('nothing at all', async () => {
    expect(await refusal(Buffer.alloc(0))).toMatch(/^archive_invalid/);
  });

  test('a cut gzip stream, wherever it is cut', async () => {
    const bytes = await tarGz(file('a', 'some content'), file('b'));
    for (let end = 0; end < bytes.length; end++) {
      expect(await refusal(bytes.subarray(0, end))).toMatch(/^archive_invalid: .*(too early|gzip)/);
    }
  });

  test('a cut tar stream inside whole gzip', async () => {
    const bytes = await tar(file('a', 'y'.repeat(2000)));
    for (const end of [100, 511, 513, 1500, 2511]) {
      expect(await refusal(gzipSync(bytes.subarray(0, end)))).toMatch(/too early/);
    }
  });

  test('a wrong gzip checksum', async () => {
    const bytes = await tarGz(file('a'));
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
    expect(await refusal(bytes)).toMatch(/damaged/);
  });

  test('a wrong tar checksum', async () => {
    const bytes = await tar(file('a'));
    bytes[0] = 98;
    expect(await refusal(gzipSync(bytes))).toMatch(/no valid tar/);
  });

  test.each([1, 64, 100_000])('data behind the gzip stream, in chunks of %i', async (chunkSize) => {
    const bytes = await tarGz(file('a'));
    for (const tail of [
      Buffer.from('garbage'),
      Buffer.from('\0\0garbage'),
      Buffer.alloc(2000),
      Buffer.from('\u001f'),
    ]) {
      const reading = readTarGz(stream(Buffer.concat([bytes, tail]), chunkSize), () => undefined);
      await expect(reading).rejects.toMatchObject({ code: 'archive_invalid' });
    }
  });

  test.each([
    ['that is no number', 'zzzzzzzzzzz\0'],
    // The tar reader takes it for null and would wait for ever for the content's end.
    ['that is neither octal nor base 256', `\u0090${'0'.repeat(10)}\0`],
    ['below zero', Buffer.from([0xff, ...Array(10).fill(0xff), 0x00]).toString('latin1')],
  ])('a size %s', async (_, size) => {
    const header = block('a', '0', '');
    header.write(size, 124, 'latin1');
    header.write('        ', 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(await refusal(gzipSync(Buffer.concat([header, Buffer.alloc(2048)])))).toMatch(/^archive_invalid/);
  });
});

describe('a bomb is stopped', () => {
  test('by the ratio of unpacked to packed bytes', async () => {
    const bytes = gzipSync(
      Buffer.concat([block('zeros', '0', octal(40 * 2 ** 20)), Buffer.alloc(40 * 2 ** 20)]),
    );
    expect(await refusal(bytes)).toMatch(/^archive_too_large: .*200 times/);
  });

  test('by the bytes that it unpacks to', async () => {
    const bytes = await tarGz(file('a', 'x'.repeat(5000)), file('b', 'x'.repeat(5000)));
    expect(await refusal(bytes, { unpackedBytes: 8000 })).toMatch(/^archive_too_large: .*8000 bytes/);
  });

  test('by the size that a header claims, before its content', async () => {
    expect(await refusal(gzipSync(block('huge', '0', octal(2 ** 32))))).toMatch(
      /"huge" claims 4294967296 bytes/,
    );
  });

  test('by a size in a pax record', async () => {
    expect(
      await refusal(await tarGz({ name: 'huge', content: 'x', pax: { size: '99999999999999' } })),
    ).toMatch(/^archive_too_large/);
  });

  test('by the number of entries', async () => {
    const items = Array.from({ length: 30 }, (_, index) => file(`f${index}`));
    expect(await refusal(await tarGz(...items), { entries: 20 })).toMatch(/more than 20 files/);
  });

  test('by the number of folders that a path implies', async () => {
    expect(await refusal(await tarGz(file('a/'.repeat(400) + 'b')), { entries: 300 })).toMatch(
      /more than 300/,
    );
  });

  test('by the headers that pile up before an entry', async () => {
    const record = Buffer.concat([
      block('pax', 'x', octal(512)),
      Buffer.from(`512 comment=${'c'.repeat(499)}\n`),
    ]);
    const header = block('a', '0', octal(0));
    const bytes = gzipSync(Buffer.concat([...Array.from({ length: 50 }, () => record), header]));
    expect(await refusal(bytes, { headerBytes: 10_000 })).toMatch(/"a" has more than 10000 bytes of headers/);
  });

  test('by one huge pax record', async () => {
    expect(
      await refusal(gzipSync(Buffer.concat([block('pax', 'x', octal(5 * 2 ** 20)), Buffer.alloc(2048)]))),
    ).toMatch(/^archive_invalid/);
  });

  test('by the size of a file whose content is wanted', async () => {
    const bytes = await tarGz(file('package.json', 'x'.repeat(100)));
    const reading = readTarGz(stream(bytes), () => ({ maxBytes: 99, take: () => undefined }));
    await expect(reading).rejects.toMatchObject({ code: 'archive_too_large' });
  });
});

describe('other people’s errors pass through:', () => {
  test('that of the source', async () => {
    const bytes = await tarGz(file('a', 'x'.repeat(5000)));
    const broken = new Error('disk failed');
    const source = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 20);
        await Promise.resolve();
        throw broken;
      })(),
    );
    await expect(readTarGz(source, () => undefined)).rejects.toBe(broken);
    expect(source.destroyed).toBe(true);
  });

  test('that of a source that closes without a word', async () => {
    const source = new Readable({ read() {} });
    source.push((await tarGz(file('a'))).subarray(0, 30));
    setImmediate(() => source.destroy());
    await expect(readTarGz(source, () => undefined)).rejects.toMatchObject({
      code: 'ERR_STREAM_PREMATURE_CLOSE',
    });
  });

  test.each([
    ['first', 'a'],
    ['last', 'z'],
  ])('that of the callback at the %s entry', async (_, path) => {
    const mine = new Error('mine');
    const source = stream(await tarGz(file('a'), file('m', 'x'.repeat(9000)), file('z')));
    const reading = readTarGz(source, (entry) => {
      if (entry.path === path) throw mine;
      return undefined;
    });
    await expect(reading).rejects.toBe(mine);
    expect(source.destroyed).toBe(true);
  });

  test('that of the callback that takes content', async () => {
    const mine = new Error('mine');
    const take = (): never => {
      throw mine;
    };
    const reading = readTarGz(stream(await tarGz(file('a'))), () => ({ maxBytes: 10, take }));
    await expect(reading).rejects.toBe(mine);
  });

  test('a refusal destroys the source', async () => {
    const source = stream(await tarGz(file('/a'), file('b', 'x'.repeat(100_000))));
    await expect(readTarGz(source, () => undefined)).rejects.toBeInstanceOf(Fault);
    expect(source.destroyed).toBe(true);
  });
});
