import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMetadata } from './read.ts';

const digest = 'ab'.repeat(32);
const entry = (publishedAt: string) => ({
  version: '1.0.0',
  tarballUrl: 'http://localhost:3000/x',
  checksum: `sha256:${digest.toUpperCase()}`,
  publishedAt,
  size: 0,
});
const record = {
  name: 'demo',
  description: 'A demo',
  versions: { '1.1.0': entry('2026-02-01T00:00:00.000Z'), '1.0.0': entry('2026-01-01T00:00:00.000Z') },
  latestVersion: '1.1.0',
  totalDownloads: 3,
};
const versions = [
  {
    name: 'demo',
    version: '1.0.0',
    publishedAt: Date.UTC(2026, 0, 1),
    sha256: digest,
    description: { description: 'A demo' },
  },
  { name: 'demo', version: '1.1.0', publishedAt: Date.UTC(2026, 1, 1) },
];

describe("[P-62] the metadata.json of Pantry's own server", () => {
  test('has versions and commits, oldest versions first', () => {
    const commit = {
      name: '@acme/x',
      sha: 'abc1234',
      checksum: 'sha1:00',
      publishedAt: '?',
      packageDir: 'a',
    };
    const read = readMetadata(
      JSON.stringify({ version: 1, packages: { demo: record }, commits: { abc1234: [commit] } }),
    );
    expect(read).toMatchObject({ versions, unread: [] });
    expect(read?.commits).toEqual([
      {
        sha: 'abc1234',
        name: '@acme/x',
        publishedAt: undefined,
        sha256: undefined,
        repository: undefined,
        packageDir: 'a',
        version: undefined,
      },
    ]);
  });

  test('may be a bare map of names, and a package may be called "version" or "packages"', () => {
    expect(readMetadata(JSON.stringify({ demo: record }))).toMatchObject({ versions, commits: [] });
    const named = readMetadata(JSON.stringify({ version: record, packages: record }));
    expect(named?.versions.map(({ name }) => name).toSorted()).toEqual([
      'packages',
      'packages',
      'version',
      'version',
    ]);
  });

  test('what has no form is told by name', () => {
    const packages = { a: 1, b: { versions: { '1.0.0': null } }, demo: record };
    const commits = { abc1234: 'x', abc1235: [{}] };
    expect(readMetadata(JSON.stringify({ version: 1, packages, commits }))).toMatchObject({
      versions,
      unread: ['a', 'b@1.0.0', 'commit abc1234', 'a package of commit abc1235'],
    });
  });

  test.each(['', 'null', '[]', '1', '{', '{"a":'])('%j is none', (text) => {
    expect(readMetadata(text)).toBeUndefined();
  });

  test('whatever it holds, it is read or not, and never throws', () => {
    const any = fc.jsonValue();
    const shaped = fc.record({
      version: fc.constant(1),
      packages: fc.dictionary(
        fc.string(),
        fc.oneof(any, fc.record({ versions: fc.dictionary(fc.string(), any) })),
      ),
      commits: fc.dictionary(fc.string(), fc.oneof(any, fc.array(any))),
    });
    fc.assert(
      fc.property(fc.oneof(any, shaped), (value) => {
        const read = readMetadata(JSON.stringify(value));
        const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
        expect(read === undefined).toBe(!isMap);
      }),
    );
  });
});
