import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { readVaisManifest } from './manifest.ts';
import { indexEntry, releaseOf, type About } from './release.ts';

const nothing: About = {
  description: undefined,
  license: undefined,
  homepage: undefined,
  repository: undefined,
  documentation: undefined,
  authors: [],
  keywords: [],
  categories: [],
};
const HEAD = '[package]\nname = "demo"\nversion = "1.0.0"\n';
const digest = { sha256: 'ab'.repeat(32), size: 100 };
const release = (text: string, sent: Partial<About> = {}) =>
  releaseOf(readVaisManifest(HEAD + text), { ...nothing, ...sent });
const list = (length: number) => JSON.stringify(Array.from({ length }, (_, place) => `c-${place}`));

describe('A release', () => {
  test('has the dependencies of its manifest as they were written, with their kind', () => {
    const text = `[dependencies]
plain = "1.2.3"
loose = { version = " >=1.0.0, <2 ", features = ["tls"], optional = true, target = "linux" }
local = { path = "../local" }
constructor = "*"
[dev-dependencies]
plain = "^2"
`;
    const found = release(text);
    expect(found.dependencies).toEqual([
      { name: 'plain', version_req: '1.2.3', kind: 'normal' },
      {
        name: 'loose',
        version_req: ' >=1.0.0, <2 ',
        features: ['tls'],
        optional: true,
        target: 'linux',
        kind: 'normal',
      },
      { name: 'local', version_req: '*', kind: 'normal' },
      { name: 'constructor', version_req: '*', kind: 'normal' },
      { name: 'plain', version_req: '^2', kind: 'dev' },
    ]);
    expect(indexEntry(found, digest)).toEqual({
      version: '1.0.0',
      checksum: digest.sha256,
      dependencies: {
        plain: { req: '1.2.3' },
        loose: { req: ' >=1.0.0, <2 ', features: ['tls'], optional: true, target: 'linux' },
        local: { req: '*' },
        constructor: { req: '*' },
      },
      size: 100,
    });
  });

  test('without dependencies has none in the index', () => {
    expect(indexEntry(release('[dev-dependencies]\nx = "1"'), digest)).toEqual({
      version: '1.0.0',
      checksum: digest.sha256,
      size: 100,
    });
  });

  test('says of itself what its manifest says, and else what came with it', () => {
    const sent = { description: 'sent', license: 'sent', keywords: ['sent'], authors: ['sent'] };
    expect(release('description = "own"\nlicense = ""\nkeywords = ["own"]', sent)).toMatchObject({
      description: 'own',
      license: 'sent',
      keywords: ['own'],
      authors: ['sent'],
    });
    expect(Object.keys(release(''))).toEqual([
      'name',
      'version',
      'authors',
      'keywords',
      'categories',
      'dependencies',
    ]);
  });

  test('names each author, keyword and category once, on one line, and no endless list of them', () => {
    const sent = { authors: [' Mia '], keywords: ['sent'], categories: ['sent'] };
    expect(release('keywords = [" json ", "", "json"]\ncategories = ["", "  "]', sent)).toMatchObject({
      authors: ['Mia'],
      keywords: ['json'],
      categories: ['sent'],
    });
    for (const key of ['authors', 'keywords', 'categories']) {
      for (const text of ['a\nb', 'a\tb', '\u001b[31m', 'x'.repeat(201)]) {
        expect(() => release(`${key} = [${JSON.stringify(text)}]`)).toThrow(
          expect.objectContaining({ code: 'bad_request' }),
        );
      }
    }
    expect(release(`categories = ${list(10)}\nkeywords = ${list(50)}`).categories).toHaveLength(10);
    for (const text of [
      `categories = ${list(11)}`,
      `keywords = ${list(51)}`,
      `keywords = ["${'x'.repeat(65)}"]`,
    ]) {
      expect(() => release(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    }
  });

  test('is one that every client can read, or refused', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('^1.0', '*', '\u0000', '\n'),
    );
    const quoted = text.map((value) => JSON.stringify(value).replaceAll('\u007f', '\\u007f'));
    fc.assert(
      fc.property(quoted, quoted, text, (requirement, keyword, description) => {
        const manifest = `keywords = [${keyword}]\n[dependencies]\nx = ${requirement}\n`;
        try {
          const found = release(manifest, { description });
          const written = JSON.stringify([found, indexEntry(found, digest)]);
          // Rust's JSON reader takes no half of a surrogate pair, PostgreSQL no NUL.
          expect(written).not.toMatch(/\\ud[89a-f]|\\u0000/);
        } catch (error) {
          if (!isFault(error, 'bad_request') && !isFault(error, 'manifest_invalid')) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
