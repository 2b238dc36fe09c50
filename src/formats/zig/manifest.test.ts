import { expect, test } from 'vitest';
import { readZigManifest } from './index.ts';

const read = (text: string) => readZigManifest(Buffer.from(text));
const base = '.name = .demo, .version = "1.0.0", .fingerprint = 0xd642dfa000c0ffee, .paths = .{""}';

test('a manifest of today is read', () => {
  const manifest = read(`// a package
.{
    .name = .demo,
    .version = "1.2.3-rc.1+build.5",
    .fingerprint = 0xd642_dfa0_00c0_ffee,
    .minimum_zig_version = "0.14.0-dev.2837+f38d7a92c",
    .dependencies = .{
        .@"my-lib" = .{ .url = "https://example.com/a.tar.gz", .hash = "my_lib-1.0.0-abc", .lazy = true },
        .near = .{ .path = "near" },
        .unfinished = .{ .url = "https://example.com/b.tar.gz" },
    },
    .@"paths" = .{ "build.zig.zon", "src" },
    .whatever = .{ 'c', -1, 1.5, null, .{ .deep = .{} } },
}
`);
  expect(manifest).toEqual({
    name: 'demo',
    hasIdentifier: true,
    version: '1.2.3-rc.1+build.5',
    fingerprint: 0xd642dfa000c0ffeen,
    minimumZigVersion: '0.14.0-dev.2837+f38d7a92c',
    paths: ['build.zig.zon', 'src'],
    dependencies: [
      {
        name: 'my-lib',
        url: 'https://example.com/a.tar.gz',
        hash: 'my_lib-1.0.0-abc',
        path: null,
        lazy: true,
      },
      { name: 'near', url: null, hash: null, path: 'near', lazy: false },
      { name: 'unfinished', url: 'https://example.com/b.tar.gz', hash: null, path: null, lazy: false },
    ],
  });
});

test('a manifest of before 0.14 is read: a name in quotes, no fingerprint, no paths', () => {
  expect(read('.{ .name = "zig-lib", .version = "0.1.0" }')).toMatchObject({
    name: 'zig-lib',
    hasIdentifier: false,
    fingerprint: null,
    paths: null,
    dependencies: [],
  });
});

/** The error is where the mark is. */
test.each([
  ['a list', '§.{ 1 }', 'not a list'],
  ['nothing', '§.{}', 'not empty'],
  ['no name', '§.{ .version = "1.0.0" }', 'no name'],
  ['no version', '§.{ .name = .demo }', 'no version'],
  ['a quoted identifier', '.{ .name = §.@"my-lib", .version = "1.0.0" }', 'without quotes'],
  ['a name that is a number', '.{ .name = §1, .version = "1.0.0" }', 'an integer'],
  ['a long name', `.{ .name = §.${'n'.repeat(33)}, .version = "1.0.0" }`, '32 bytes'],
  ['a long version', `.{ .name = .demo, .version = §"1.0.0-${'n'.repeat(30)}" }`, '32 bytes'],
  ['a version that is no text', '.{ .name = .demo, .version = §1 }', 'a string'],
  ['a minimum that is none', `.{ ${base}, .minimum_zig_version = §"0.14" }`, 'semver'],
  ['no list of paths', '.{ .name = .demo, .version = "1.0.0", .paths = §.{} }', 'list of strings'],
  [
    'a path that is no text',
    '.{ .name = .demo, .version = "1.0.0", .paths = .{ §.src } }',
    'an enum literal',
  ],
  [
    'a large fingerprint',
    '.{ .name = .demo, .version = "1.0.0", .fingerprint = §0x1d642dfa000c0ffee }',
    '64 bits',
  ],
  ['a fingerprint below 0', '.{ .name = .demo, .version = "1.0.0", .fingerprint = §-1 }', '64 bits'],
  [
    'a dependency with both',
    `.{ ${base}, .dependencies = .{ .§x = .{ .url = "a", .path = "b" } } }`,
    'either',
  ],
  ['a dependency with neither', `.{ ${base}, .dependencies = .{ .§x = .{ .hash = "a" } } }`, 'either'],
  ['a dependency that is text', `.{ ${base}, .dependencies = .{ .x = §"a" } }`, 'a struct'],
  ['a URL that is no text', `.{ ${base}, .dependencies = .{ .x = .{ .url = §1 } } }`, 'a string'],
  [
    'lazy that is no boolean',
    `.{ ${base}, .dependencies = .{ .x = .{ .url = "a", .lazy = §1 } } }`,
    'true or false',
  ],
  ['a list of dependencies', `.{ ${base}, .dependencies = §.{ 1 } }`, 'a struct'],
])('%s is refused with its position', (_, marked, words) => {
  const text = marked.replace('§', '');
  const position = `1:${marked.indexOf('§') + 1}`;
  expect(() => read(text)).toThrow(
    expect.objectContaining({
      code: 'manifest_invalid',
      message: expect.stringMatching(new RegExp(`^build\\.zig\\.zon:${position}: `)),
    }),
  );
  expect(() => read(text)).toThrow(words);
});

test.each(['1.0', 'v1.2.3', '1.02.3', '1.2.3-01', '1.2.3-', '1.2.3+', ' 1.2.3', ''])(
  'the version %j is not semver',
  (version) => {
    expect(() => read(`.{ .name = .demo, .version = "${version}" }`)).toThrow('is not valid semver');
  },
);

test('a fingerprint that does not fit the name is refused with one that does and keeps the id', () => {
  expect(() => read('.{ .name = .demo, .version = "1.0.0", .fingerprint = 0x6eec9b9f00c0ffee }')).toThrow(
    'build.zig.zon:1:54: the fingerprint 0x6eec9b9f00c0ffee does not fit the name demo; if this is a new or renamed package, write 0xd642dfa000c0ffee.',
  );
});

test.each(['00000000', 'ffffffff'])('an id of %s says nothing, and another one is proposed', (id) => {
  const text = `.{ .name = .demo, .version = "1.0.0", .fingerprint = 0xd642dfa0${id} }`;
  expect(() => read(text)).toThrow(/write 0xd642dfa0(?!00000000|ffffffff)[0-9a-f]{8}\.$/);
});
