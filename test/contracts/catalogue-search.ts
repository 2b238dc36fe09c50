import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import type { Catalogue, RegistryRow, SearchQuery } from '../../src/registry/index.ts';
import { batch } from './count-fixtures.ts';
import { at, event, publishCommand, testUser, type OpenCatalogue } from './catalogue-fixtures.ts';

/** What every keeper of packages must find. */
export function catalogueSearchContract(adapter: string, open: OpenCatalogue): void {
  describe(`Search on ${adapter}`, () => {
    let opened: Awaited<ReturnType<OpenCatalogue>>;
    let catalogue: Catalogue;
    let registry: RegistryRow;
    let anna: User;
    let berta: User;

    beforeEach(async () => {
      opened = await open();
      catalogue = opened.catalogue;
      registry = await catalogue.createRegistry('npm', 'npm', at, theServer);
      anna = await opened.accounts.createUser(testUser('anna'));
      berta = await opened.accounts.createUser(testUser('berta'));
      await publish('json-parser', { description: 'Parses JSON quickly', keywords: ['json', 'parser'] });
      await publish('@acme/json', { description: 'JSON for Acme', keywords: ['acme'] });
      await publish('yaml', { description: 'Reads YAML; the Übermut of data', keywords: ['parser'] });
      await publish('secret-json', { description: 'nobody knows' }, { visibility: 'private' });
      await publish('bertas', { description: 'hers' }, { publisherId: berta.id });
    });
    afterEach(() => opened.close());

    const publish = (name: string, text: { description: string; keywords?: string[] }, more: object = {}) =>
      catalogue.publish(
        publishCommand(registry, anna, '1.0.0', { name, searchText: { keywords: [], ...text }, ...more }),
      );
    const search = async (more: Partial<SearchQuery>) => {
      const query = {
        registryId: registry.id,
        words: [],
        typed: (more.words ?? []).join(' '),
        scope: null,
        owner: null,
        keywords: [],
      };
      const result = await catalogue.search({ ...query, readerId: null, limit: 20, offset: 0, ...more });
      return { total: result.total, names: result.hits.map(({ name }) => name) };
    };

    test('finds by the beginnings of words in name, description and keywords, whatever their case', async () => {
      expect(await search({ words: ['json'] })).toEqual({ total: 2, names: ['json-parser', '@acme/json'] });
      expect((await search({ words: ['pars'] })).names.toSorted()).toEqual(['json-parser', 'yaml']);
      expect((await search({ words: ['übermut'] })).names).toEqual(['yaml']);
      expect((await search({ words: ['json', 'quick'] })).names).toEqual(['json-parser']);
      expect(await search({ words: ['nothing'] })).toEqual({ total: 0, names: [] });
    });

    test('puts the name that was typed first, then names that begin so, then what is downloaded most', async () => {
      await publish('json', { description: 'short' });
      const head = await catalogue.findPackage(registry.id, '@acme/json');
      const version = head && (await catalogue.version(head.id, '1.0.0'));
      await publish('other', { description: 'also json' });
      const { counts } = opened;
      const count = {
        packageId: head?.id ?? 0,
        versionId: version?.id ?? 0,
        day: 1,
        count: 5,
        lastAt: 86_400_000,
      };
      await counts.add(batch({ releases: [count] }));
      expect((await search({ words: ['json'] })).names).toEqual([
        'json',
        'json-parser',
        '@acme/json',
        'other',
      ]);
    });

    test('shows what is private to its owners and administrators only, also in the total', async () => {
      expect((await search({ words: ['secret'] })).total).toBe(0);
      expect((await search({ words: ['secret'], readerId: berta.id })).total).toBe(0);
      expect(await search({ words: ['secret'], readerId: anna.id })).toEqual({
        total: 1,
        names: ['secret-json'],
      });
      expect((await search({ words: ['secret'], readerId: 'all' })).total).toBe(1);
    });

    test('narrows to a scope, an owner and keywords', async () => {
      expect((await search({ scope: 'acme' })).names).toEqual(['@acme/json']);
      expect((await search({ owner: 'BERTA' })).names).toEqual(['bertas']);
      expect((await search({ keywords: ['parser'] })).names).toEqual(['json-parser', 'yaml']);
      expect((await search({ keywords: ['acme', 'json'] })).names).toEqual(['@acme/json', 'json-parser']);
      expect((await search({ keywords: ['parse'] })).total).toBe(0);
      await publish('@my_scope/x', { description: '', keywords: ['a_b'] });
      await publish('@myxscope/y', { description: '', keywords: ['axb'] });
      expect((await search({ scope: 'my_scope' })).names).toEqual(['@my_scope/x']);
      expect((await search({ keywords: ['a_b'] })).names).toEqual(['@my_scope/x']);
    });

    test('pages, with the same total on every page', async () => {
      expect(await search({ limit: 3 })).toEqual({
        total: 4,
        names: ['@acme/json', 'bertas', 'json-parser'],
      });
      expect(await search({ limit: 3, offset: 3 })).toEqual({ total: 4, names: ['yaml'] });
      expect(await search({ limit: 3, offset: 9 })).toEqual({ total: 4, names: [] });
    });

    test('tells of each hit what a list shows', async () => {
      const query = {
        registryId: registry.id,
        words: ['yaml'],
        typed: 'yaml',
        scope: null,
        owner: null,
        keywords: [],
      };
      const { hits } = await catalogue.search({ ...query, readerId: null, limit: 1, offset: 0 });
      expect(hits).toEqual([
        {
          packageId: hits[0]?.packageId,
          name: 'yaml',
          version: '1.0.0',
          publishedAt: at,
          updatedAt: at,
          downloads: 0,
          manifest: '{"name":"yaml","version":"1.0.0"}',
          owners: [{ kind: 'user', id: anna.id, name: 'anna', email: 'anna@example.com' }],
        },
      ]);
    });

    test('follows the default version, and forgets what is unpublished', async () => {
      const next = { version: '2.0.0', versionKey: '2.0.0', tags: ['latest'], artifacts: [] };
      await publish('yaml', { description: 'entirely rewritten' }, next);
      expect((await search({ words: ['reads'] })).total).toBe(0);
      expect((await search({ words: ['rewritten'] })).total).toBe(1);
      await catalogue.unpublish({
        registryId: registry.id,
        name: 'yaml',
        actorId: anna.id,
        overrideOwnership: false,
        at,
        event: event('package.unpublish', 'yaml', null),
        versions: 'all',
        tags: null,
        expectedRevision: null,
      });
      expect((await search({ words: ['yaml'] })).total).toBe(0);
    });

    test('takes words that mean something to a query language for words', async () => {
      for (const words of [['or'], ['and', 'not'], ['near'], ['json', 'or', 'yaml']]) {
        expect((await search({ words })).total).toBe(0);
      }
    });
  });
}
