import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { readZigPackage, type ZigPackage } from '../../src/formats/zig/index.ts';
import { parseZon } from '../../src/formats/zig/zon/index.ts';
import { isFault } from '../../src/kernel/index.ts';
import { oddTars, oldZonManifest, tarGz, zonManifest, type TarItem } from '../formats/zig-archive.ts';
import { anyPlain, print } from '../formats/zon.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { fetchedHash, whyNoZig, zig012, zig016, type ZigCompiler } from '../setup/zig.ts';

const missing = await whyNoZig();

function ours(bytes: Buffer): Promise<ZigPackage> {
  return readZigPackage({ size: bytes.length, open: () => Readable.from([bytes]) });
}

function isTaken(text: string): boolean {
  try {
    parseZon(Buffer.from(text), 'x');
    return true;
  } catch (error) {
    if (isFault(error, 'manifest_invalid')) return false;
    throw error;
  }
}

function sources(manifest: string, root = 'v3/'): TarItem[] {
  return [
    { name: `${root}README.md`, content: 'r\n' },
    { name: `${root}src/root.zig`, content: 'pub const x = 1;\n' },
    { name: `${root}build.zig.zon`, content: manifest },
    { name: `${root}srcs/no.txt`, content: 'no\n' },
    { name: `${root}LICENSE`, content: 'MIT\n' },
  ];
}

describe.skipIf(missing !== undefined)("Zig's own compilers", () => {
  let modern: ZigCompiler;
  let legacy: ZigCompiler;
  let folder: string;
  let last = 0;
  beforeAll(async () => {
    [modern, legacy] = await Promise.all([zig016(), zig012()]);
    folder = temporaryFolder('zig-archives');
  });

  function save(bytes: Buffer): string {
    const file = join(folder, `${++last}.tar.gz`);
    writeFileSync(file, bytes);
    return file;
  }

  const V2: TarItem[] = [
    { name: 'v2/run.sh', content: '#!/bin/sh\necho hi\n', mode: 0o755 },
    { name: 'v2/é.txt', content: 'é' },
    { name: 'v2/empty' },
    { name: 'v2/emptydir/', type: 'directory' },
    { name: 'v2/a/b', content: 'x' },
    { name: 'v2/a/dangling', type: 'symlink', to: '../outside' },
    { name: 'v2/link', type: 'symlink', to: 'a/b' },
    { name: 'v2/a-b', content: 'y' },
    { name: 'v2/a.b', content: 'z' },
  ];
  const paths = ['build.zig.zon', './src/', 'LICENSE'];

  test('[P-41] print the hash that we compute of links, empty folders and odd names', async () => {
    const bytes = await tarGz(V2);
    const { hash, legacyHash } = await ours(bytes);
    const file = save(bytes);
    expect(await fetchedHash(modern, file)).toBe(hash);
    expect(await fetchedHash(legacy, file)).toBe(legacyHash);
  });

  test('[P-41] print the hash that we compute of a package whose paths leave files out', async () => {
    const bytes = await tarGz(sources(zonManifest('demo', '1.2.3-alpha.1+build.5', '', paths)));
    expect(await fetchedHash(modern, save(bytes))).toBe((await ours(bytes)).hash);
    const old = await tarGz(sources(oldZonManifest('demo', '1.2.3', paths)));
    expect(await fetchedHash(legacy, save(old))).toBe((await ours(old)).legacyHash);
  });

  test('[P-41] print the hash that we compute where there is no root folder', async () => {
    const bytes = await tarGz([
      { name: 'x/1', content: '1\n' },
      { name: 'y/2', content: '2\n' },
    ]);
    expect(await fetchedHash(modern, save(bytes))).toBe((await ours(bytes)).hash);
    const bare = await tarGz(sources(zonManifest('demo', '1.0.0'), ''));
    expect(await fetchedHash(modern, save(bare))).toBe((await ours(bare)).hash);
  });

  test('[P-41] print the hash that we compute of random archives', async () => {
    const segment = fc.constantFrom('a', 'B', 'a.b', 'a-b', 'é', '-', 'a b', '日本', 'n'.repeat(99), 'src');
    const item = fc.record({
      path: fc.array(segment, { minLength: 1, maxLength: 4 }),
      content: fc.oneof(fc.string(), fc.constant('x'.repeat(70_000))),
      link: fc.boolean(),
    });
    const archives = fc.sample(fc.array(item, { minLength: 1, maxLength: 12 }), { numRuns: 12, seed: 7 });
    for (const items of archives) {
      const names = new Set<string>();
      const entries: TarItem[] = [];
      for (const { path, content, link } of items) {
        // A leaf is never a folder too.
        const name = `root/${path.join('/')}/leaf`;
        if (names.has(name)) continue;
        names.add(name);
        // 0.12 reads no pax header of a link: it cuts long ones and takes other letters for others.
        const plain = /^[ -~]{1,99}$/;
        const to = path.join('/');
        const isLink = link && plain.test(name) && plain.test(to);
        entries.push(isLink ? { name, type: 'symlink', to } : { name, content });
      }
      const bytes = await tarGz(entries);
      const { hash, legacyHash } = await ours(bytes);
      const file = save(bytes);
      expect(await fetchedHash(modern, file)).toBe(hash);
      expect(await fetchedHash(legacy, file)).toBe(legacyHash);
    }
  });

  const odd: [string, TarItem[]][] = [
    ['a hard link', [{ name: 'v3/hard', type: 'link', to: 'v3/LICENSE' }]],
    ['a device', [{ name: 'v3/device', type: 'character-device' }]],
    ['a pipe', [{ name: 'v3/pipe', type: 'fifo' }]],
    ['a contiguous file', [{ name: 'v3/contiguous', type: 'contiguous-file' }]],
    ['a file that is there twice', [{ name: 'v3/LICENSE', content: 'other\n' }]],
    ['a file where a folder is', [{ name: 'v3/src', content: 'x' }]],
    ['a path that leaves the archive', [{ name: 'v3/../../x', content: 'x' }]],
    ['an absolute path', [{ name: '/v3/x', content: 'x' }]],
  ];

  test.each(odd)('refuse %s, and so do we', async (_, items) => {
    const bytes = await tarGz([...sources(zonManifest('demo', '1.0.0')), ...items]);
    await expect(fetchedHash(modern, save(bytes))).rejects.toThrow('zig fetch');
    await expect(ours(bytes)).rejects.toMatchObject({ code: 'archive_invalid' });
  });

  test.each(odd.slice(0, 5))('take %s that paths leave out, and so do we', async (_, items) => {
    const bytes = await tarGz([
      ...sources(zonManifest('demo', '1.0.0', '', ['build.zig.zon', 'src'])),
      ...items,
    ]);
    expect(await fetchedHash(modern, save(bytes))).toBe((await ours(bytes)).hash);
  });

  const headers = oddTars();
  test.each(headers.taken)('print the hash that we compute of %s', async (_, bytes) => {
    expect(await fetchedHash(modern, save(bytes))).toBe((await ours(bytes)).hash);
  });

  test.each(headers.refused)('refuse %s, and so do we', async (_, bytes) => {
    await expect(fetchedHash(modern, save(bytes))).rejects.toThrow('zig fetch');
    await expect(ours(bytes)).rejects.toMatchObject({ code: 'archive_invalid' });
  });

  test('take the ZON that we take, and refuse what we refuse', async () => {
    const pieces = [
      '.{',
      '}',
      '.a',
      '=',
      ',',
      '"x"',
      "'a'",
      '\\\\l\n',
      '// c\n',
      '-',
      '01',
      '1.5',
      '.@"q"',
      '\t',
      'é',
    ];
    const damaged = fc
      .tuple(anyPlain, fc.nat(), fc.constantFrom('', ...pieces))
      .map(([value, place, piece]) => {
        const text = print(value);
        const at = place % (text.length + 1);
        return text.slice(0, at) + piece + text.slice(at);
      });
    const file = join(folder, 'random.zon');
    const verdicts: { text: string; theirs: boolean; taken: boolean }[] = [];
    for (const text of fc.sample(damaged, { numRuns: 60, seed: 3 })) {
      writeFileSync(file, text);
      const { code } = await modern.run(['ast-check', '--zon', file], { cwd: folder });
      verdicts.push({ text, theirs: code === 0, taken: isTaken(text) });
    }
    expect(verdicts.filter(({ theirs, taken }) => theirs !== taken)).toEqual([]);
    expect(new Set(verdicts.map(({ theirs }) => theirs)).size).toBe(2);
  });
});
