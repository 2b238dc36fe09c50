import { Readable } from 'node:stream';
import { crc32, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { hashProblem, modernHash } from './hash.ts';
import { IncludedPaths } from './included.ts';
import { isLegacyHash, parseZigHash, readZigPackage } from './index.ts';
import { rootOf } from './paths.ts';

type Item = [name: string, content: string] | [name: string, link: { to: string }] | [name: string];

/** An archive of files, links and, with a name alone, folders. */
async function archiveOf(items: Item[], mode?: number): Promise<Buffer> {
  const packing = pack();
  for (const [name, content] of items) {
    const header = mode === undefined ? { name } : { name, mode };
    if (content === undefined) packing.entry({ ...header, type: 'directory' });
    else if (typeof content === 'string') packing.entry(header, content);
    else packing.entry({ ...header, type: 'symlink', linkname: content.to });
  }
  packing.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packing) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

async function hashesOf(items: Item[], mode?: number) {
  const bytes = await archiveOf(items, mode);
  const { hash, legacyHash, size } = await readZigPackage({
    size: bytes.length,
    open: () => Readable.from([bytes]),
  });
  return { hash, legacyHash, size };
}

test('[P-41] V1: one file without a manifest', async () => {
  expect(await hashesOf([['v1/a.txt', 'hello\n']])).toEqual({
    hash: 'N-V-__8AAAYAAACuSRYnYUm10VQrIjUImPjc6jVEbASEJoyB',
    legacyHash: '1220ae4916276149b5d1542b22350898f8dcea35446c0484268c81bc109e1525e7b2',
    size: 6,
  });
});

const V2: Item[] = [
  ['v2/'],
  ['v2/run.sh', '#!/bin/sh\necho hi\n'],
  ['v2/é.txt', 'é'],
  ['v2/empty', ''],
  ['v2/emptydir/'],
  ['v2/a/b', 'x'],
  ['v2/a/dangling', { to: '../outside' }],
  ['v2/link', { to: 'a/b' }],
  ['v2/a-b', 'y'],
  ['v2/a.b', 'z'],
];

test.each([0o644, 0o755])(
  '[P-41] V2: links, an empty folder and names in every order, mode %o',
  async (mode) => {
    expect(await hashesOf(V2, mode)).toEqual({
      hash: 'N-V-__8AABcAAAAqo-c_KdAkvh40p8FJ9acvi7RGJ7V56M1w',
      legacyHash: '12202aa3e73f29d024be1e34a7c149f5a72f8bb44627b579e8cd708d648ec95d6296',
      size: 23,
    });
  },
);

const MANIFEST =
  '.{\n    .name = .demo,\n    .version = "1.2.3-alpha.1+build.5",\n    .fingerprint = 0xd642dfa000c0ffee,\n' +
  '    .paths = .{ "build.zig", "build.zig.zon", "./src/", "LICENSE" },\n}\n';
const V3: [string, string][] = [
  ['build.zig', 'const std = @import("std");\npub fn build(b: *std.Build) void {\n    _ = b;\n}\n'],
  ['src/root.zig', 'pub const x = 1;\n'],
  ['LICENSE', 'MIT\n'],
  ['README.md', 'r\n'],
  ['docs/no.md', 'no\n'],
  ['srcs/no.txt', 'no\n'],
];
const V3_HASHES = {
  hash: 'demo-1.2.3-alpha.1+build.5-7v_AAA0BAADg7c02CS1MUhkz84Mo2igd0nqzuAcIxs6Q',
  legacyHash: '1220e0edcd36092d4c521933f38328da281dd27ab3b80708c6ce909b8469bd4530b7',
  size: 269,
};

test.each([
  ['in a root folder', 'v3/'],
  ['at the top', ''],
  ['at the top behind ./', './'],
])('[P-41] V3: a manifest with paths, %s', async (_, prefix) => {
  const manifest: [string, string] = ['build.zig.zon', MANIFEST];
  for (const items of [
    [manifest, ...V3],
    [...V3, manifest],
  ]) {
    expect(await hashesOf(items.map(([name, content]): Item => [prefix + name, content]))).toEqual(V3_HASHES);
  }
});

test('[P-41] V4: two folders have no root, so nothing is stripped', async () => {
  const items: Item[] = [
    ['x/1', '1\n'],
    ['y/2', '2\n'],
  ];
  expect(await hashesOf(items)).toMatchObject({
    hash: 'N-V-__8AAAQAAADQCQWeHE7Af3ZMBmKBVTzRk5PGQGBT3i2p',
  });
});

test('[P-41] V5: no entries at all', async () => {
  expect(await hashesOf([])).toMatchObject({ hash: 'N-V-__8AAAAAAADjsMRCmPwcFJr79MiZb7kkJ65B5GSbk0yk' });
});

test("upstream's own: the modern form of a known digest", () => {
  const digest = Buffer.from('c7f571b7b4e76f3cdb877a7fddf977879dd386fa73579af79d1edb8f3ad9bd9f', 'hex');
  const manifest = { name: 'nasm', version: '2.16.1-3', fingerprint: 0xcafebaben };
  expect(modernHash(digest, 10 * 1024 * 1024, manifest)).toBe(
    'nasm-2.16.1-3-vrr-ygAAoADH9XG3tOdvPNuHen_d-XeHndOG-nNXmved',
  );
});

test("upstream's own: name, version and id of a hash", () => {
  expect(parseZigHash('pulseaudio-16.1.1-9-mk_62MZkNwBaFwiZ7ZVrYRIf_3dTqqJR5PbMRCJzSuLw')).toMatchObject({
    form: 'modern',
    name: 'pulseaudio',
    version: '16.1.1-9',
    id: 0xd8fa4f9a,
  });
  expect(parseZigHash('dvui-0.4.0-dev-AQFJmayi2gAKE7FeJoF61v5U1IV9-SupoEcFutIZYpkC')).toMatchObject({
    name: 'dvui',
    version: '0.4.0-dev',
    id: 0x99490101,
  });
});

test("upstream's own: a legacy hash is known, and what cannot be a hash is named", () => {
  expect(isLegacyHash('1220138f4aba0c01e66b68ed9e1e1e74614c06e4743d88bc58af4f1c3dd0aae5fea7')).toBe(true);
  expect(hashProblem('')).toBe('short');
});

test("upstream's own: what paths keep", () => {
  const included = new IncludedPaths(['src']);
  expect(['src/core/unix/SDL_poll.c', '.gitignore', 'srcs/file.c'].map((path) => included.has(path))).toEqual(
    [true, false, false],
  );
});

test.each([
  ['a', false, ''],
  ['a', true, 'a'],
  ['a/b', true, 'a'],
  ['a/b', false, 'a'],
  ['a/b/c', true, 'a'],
])("upstream's own: the root of %s, a folder: %s, is '%s'", (path, isFolder, root) => {
  expect(rootOf(path, isFolder)).toBe(root);
});

test.each([
  ['demo', 0xd642dfa0],
  ['example', 0x6eec9b9f],
  ['proj', 0x520c3c90],
  ['app', 0xc96e70cf],
])('the upper half of the fingerprint of %s', (name, sum) => {
  expect(crc32(name)).toBe(sum);
});
