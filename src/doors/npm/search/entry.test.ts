import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SearchHit } from '../../../registry/index.ts';
import { searchEntry } from './entry.ts';

const at = Date.UTC(2026, 0, 2);

function entryOf(manifest: object | null, more: Partial<SearchHit> = {}): unknown {
  const hit: SearchHit = {
    packageId: 1,
    name: '@acme/demo',
    version: '1.0.0',
    publishedAt: at,
    updatedAt: at + 86_400_000,
    downloads: 0,
    manifest: manifest && JSON.stringify(manifest),
    owners: [
      { kind: 'user', id: 1, name: 'anna', email: 'anna@example.com' },
      { kind: 'user', id: 2, name: 'berta', email: null },
    ],
    ...more,
  };
  // As the client gets it.
  return JSON.parse(JSON.stringify(searchEntry(hit, 'http://127.0.0.1/npm')));
}

describe('An entry of a search answer', () => {
  test('has the fields that clients print', () => {
    const manifest = {
      description: 'Shows things',
      keywords: ['demo', 'show'],
      homepage: 'https://example.com/demo',
      repository: { type: 'git', url: 'git+https://example.com/acme/demo.git' },
      bugs: { url: 'https://example.com/bugs' },
      author: { name: 'Anna', email: 'anna@example.com' },
      license: 'MIT',
      _npmUser: { name: 'berta', email: '' },
    };
    expect(entryOf(manifest)).toEqual({
      package: {
        name: '@acme/demo',
        scope: 'acme',
        version: '1.0.0',
        description: 'Shows things',
        keywords: ['demo', 'show'],
        date: '2026-01-02T00:00:00.000Z',
        links: {
          npm: 'http://127.0.0.1/npm/@acme/demo',
          homepage: 'https://example.com/demo',
          repository: 'https://example.com/acme/demo',
          bugs: 'https://example.com/bugs',
        },
        author: { name: 'Anna', email: 'anna@example.com' },
        publisher: { username: 'berta', email: '' },
        maintainers: [
          { username: 'anna', email: 'anna@example.com' },
          { username: 'berta', email: '' },
        ],
        license: 'MIT',
      },
      score: { final: 1, detail: { quality: 1, popularity: 1, maintenance: 1 } },
      searchScore: 1,
    });
  });

  test('of a package without a default version or owners has what npm cannot do without', () => {
    const bare = { name: 'demo', version: null, publishedAt: null, owners: [] };
    expect(entryOf(null, bare)).toMatchObject({
      package: {
        name: 'demo',
        scope: 'unscoped',
        version: '',
        keywords: [],
        maintainers: [],
        date: '2026-01-03T00:00:00.000Z',
      },
    });
  });

  test('takes from a manifest only what has the right type', () => {
    const wrong = {
      description: { toString: 1 },
      keywords: ['good', 7, null],
      homepage: 'javascript:alert(1)',
      repository: 7,
      bugs: { url: ['https://example.com'] },
      author: ['Anna'],
      license: { type: 'MIT' },
      _npmUser: 'berta',
    };
    expect(entryOf(wrong)).toMatchObject({
      package: { keywords: ['good'], publisher: { username: 'berta' } },
    });
    const { package: shown } = entryOf(wrong) as { package: Record<string, unknown> };
    expect(shown['links']).toEqual({ npm: 'http://127.0.0.1/npm/@acme/demo' });
    for (const field of ['description', 'author', 'license']) expect(shown).not.toHaveProperty(field);
    expect(entryOf({ keywords: 'one two' })).toMatchObject({ package: { keywords: [] } });
  });

  test('reads the short forms of author and repository', () => {
    expect(entryOf({ author: 'Anna', repository: 'git://example.com/demo.git' })).toMatchObject({
      package: { author: { name: 'Anna' }, links: { repository: 'https://example.com/demo' } },
    });
  });

  test('can be made of any manifest, and what npm calls methods of are strings', () => {
    const fields = [
      'description',
      'keywords',
      'homepage',
      'repository',
      'bugs',
      'author',
      'license',
      '_npmUser',
    ];
    const person = fc.record(
      { name: fc.jsonValue(), email: fc.jsonValue(), url: fc.jsonValue() },
      { requiredKeys: [] },
    );
    const manifest = fc.dictionary(fc.constantFrom(...fields), fc.oneof(fc.jsonValue(), person));
    fc.assert(
      fc.property(manifest, (given) => {
        const { package: shown } = entryOf(given) as { package: Record<string, unknown> };
        expect(shown['keywords']).toSatisfy((words: unknown[]) =>
          words.every((word) => typeof word === 'string'),
        );
        expect(shown['publisher']).toMatchObject({ username: expect.any(String), email: expect.any(String) });
        expect(shown['description'] ?? '').toBeTypeOf('string');
      }),
    );
  });
});
