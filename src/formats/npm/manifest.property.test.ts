import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Digester, isFault } from '../../kernel/index.ts';
import { readRelease } from './manifest.ts';
import { archiveOf, base } from '../../../test/formats/npm-publish.ts';

describe('documents of any shape', () => {
  let archive: Buffer;
  beforeAll(async () => {
    archive = await archiveOf({
      'package/package.json': JSON.stringify({ ...base, scripts: { test: 'x' } }),
    });
  });

  /** How it ended; what is neither a release nor a Fault rejects. */
  async function outcome(document: unknown): Promise<string> {
    const digester = new Digester();
    digester.update(archive);
    const attachment = {
      fileName: 'a.tgz',
      declaredLength: undefined,
      digests: digester.finish(),
      open: () => Readable.from([archive]),
    };
    try {
      const { manifest, summary } = await readRelease(document, '@acme/demo', attachment);
      JSON.parse(manifest);
      JSON.parse(summary);
      return 'release';
    } catch (error) {
      if (!isFault(error) || error.status >= 500) throw error;
      return error.code;
    }
  }

  const key = fc.constantFrom(
    'name',
    '_id',
    'version',
    'versions',
    'dist-tags',
    'dist',
    'integrity',
    'shasum',
    'scripts',
    'bin',
    'license',
    'dependencies',
    'optionalDependencies',
    'bundleDependencies',
    'directories',
    'readme',
    'constructor',
    '__proto__',
    '1.0.0',
    'latest',
    'test',
    'a',
  );
  const text = fc.constantFrom(
    '@acme/demo',
    '1.0.0',
    '@acme/demo@1.0.0',
    'x',
    '',
    'sha512-x',
    '\0',
    '\ud800',
    'o/a#1',
    ':/@',
  );
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text,
      fc.constantFrom(null, true, 0, -1, 1e300),
      fc.array(tie('json'), { maxLength: 3 }),
      fc
        .array(fc.tuple(key, tie('json')), { maxLength: 4 })
        .map((entries): unknown => Object.fromEntries(entries)),
    ),
  }));

  test('end in a release or a refusal', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(json, async (document) => {
        expect(await outcome(document)).not.toBe('release');
      }),
      {
        numRuns: 2000,
      },
    );
  });

  test('end so with fields of a sound one replaced', { timeout: 60_000 }, async () => {
    const ends = new Set<string>();
    const changes = fc.array(fc.tuple(key, json), { maxLength: 2 });
    // Chance alone may miss them.
    const rare: [[string, unknown][], [string, unknown][]][] = [
      [[['dist-tags', 1]], []],
      [[], [['dist', { shasum: 'x' }]]],
    ];
    await fc.assert(
      fc.asyncProperty(changes, changes, async (outer, inner) => {
        const manifest = { ...base, scripts: { test: 'x' }, ...Object.fromEntries(inner) };
        const sound = {
          name: '@acme/demo',
          'dist-tags': { latest: '1.0.0' },
          versions: { '1.0.0': manifest },
        };
        ends.add(await outcome({ ...sound, ...Object.fromEntries(outer) }));
      }),
      { numRuns: 3000, examples: rare },
    );
    expect([...ends]).toEqual(
      expect.arrayContaining(['release', 'manifest_invalid', 'digest_mismatch', 'tag_invalid']),
    );
  });
});
