import { expect, test } from 'vitest';
import { dependencySnippet, fetchCommand, lookupName, registryName } from './index.ts';
import { readZigManifest } from './manifest.ts';

test('[P-46] the snippet has the identifier of the manifest', () => {
  expect(dependencySnippet('my_zig_lib', 'https://example.com/a.tar.gz', 'my_zig_lib-1.0.0-x')).toBe(
    '.my_zig_lib = .{\n    .url = "https://example.com/a.tar.gz",\n    .hash = "my_zig_lib-1.0.0-x",\n},',
  );
});

test.each(['demo', 'my-lib', 'error', 'async', 'a"b\\c', 'é\u0080\n', '1st'])(
  '[P-46] the snippet of %j is ZON and means it',
  (name) => {
    const url = 'http://[::1]:3000/zig/packages/x/1.0.0/tarball?a="b"';
    const text = `.{ .name = .demo, .version = "1.0.0", .dependencies = .{ ${dependencySnippet(name, url, 'h')} } }`;
    expect(readZigManifest(Buffer.from(text)).dependencies).toEqual([
      { name, url, hash: 'h', path: null, lazy: false },
    ]);
  },
);

test('the command is safe to paste', () => {
  expect(fetchCommand('https://example.com/zig/a/1.0.0+b/tarball')).toBe(
    'zig fetch --save https://example.com/zig/a/1.0.0+b/tarball',
  );
  expect(fetchCommand("https://example.com/a?b&c'd")).toBe(
    "zig fetch --save 'https://example.com/a?b&c'\\''d'",
  );
});

test('a registry lists dashes where Zig has underscores, and both find the package', () => {
  expect(registryName('my_zig_lib')).toBe('my-zig-lib');
  expect([lookupName('my_zig_lib'), lookupName('my-zig-lib')]).toEqual(['my-zig-lib', 'my-zig-lib']);
});
