import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import type { ListingQuery, PublishCommand, RegistryRow } from '../../src/registry/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { at, publishCommand, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore, type FreshStore } from './stores.ts';

const blocked = { type: 'gate.block', at, actor: theServer, registry: null, version: null, detail: {} };

describe.each(adapters)('Looking through a registry on $name', (adapter) => {
  let fresh: FreshStore;
  let store: SqlStore;
  let vais: RegistryRow;
  let anna: User;
  let berta: User;

  beforeAll(async () => {
    fresh = await freshStore(adapter);
    store = fresh.store;
    vais = await store.catalogue.createRegistry('vais', 'vais', at, theServer);
    anna = await store.accounts.createUser(testUser('anna'));
    berta = await store.accounts.createUser(testUser('berta'));
    await publish('json', 'Reads Änderungen of 100% of texts', ['Parser'], ['Encoding', 'Parsing'], 1);
    await publish('json-parser', 'Fast', ['json', 'parser'], ['parsing'], 2);
    await publish('fast-json', 'Fast', [], [], 3);
    await publish('secret-json', 'Hidden', ['parser'], ['parsing', 'secrets'], 4, { visibility: 'private' });
    await publish('web', 'Serves json_texts', ['http server'], ['web'], 5);
    await store.counts.add({
      id: 'batch',
      at,
      releases: [await counted('fast-json', 7), await counted('json-parser', 9)],
      previews: [],
      missing: [],
    });
  });
  afterAll(() => fresh.close());

  const publish = (
    name: string,
    description: string,
    keywords: string[],
    categories: string[],
    later: number,
    more: Partial<PublishCommand> = {},
  ) =>
    store.catalogue.publish(
      publishCommand(vais, anna, '1.0.0', {
        name,
        searchText: { description, keywords, categories },
        at: at + later,
        ...more,
      }),
    );
  const counted = async (name: string, count: number) => {
    const found = await store.catalogue.findArtifact(vais.id, name, `${name}-1.0.0.tgz`);
    if (found === undefined) throw new Error(`${name} is not there`);
    return { packageId: found.packageId, versionId: found.versionId, day: 1, count, lastAt: at };
  };
  const names = async (more: Partial<ListingQuery>) => {
    const query = { registryId: vais.id, text: null, keyword: null, category: null, readerId: null };
    const paging = { sort: 'name', limit: 20, offset: 0 } as const;
    const { total, hits } = await store.listings.find({ ...query, ...paging, ...more });
    expect(total).toBeGreaterThanOrEqual(hits.length);
    return hits.map(({ name }) => name);
  };

  test('finds parts of names, descriptions and keywords in any case [V-21]', async () => {
    expect(await names({ text: 'N-PAR' })).toEqual(['json-parser']);
    expect(await names({ text: 'ÄNDERUNG' })).toEqual(['json']);
    expect(await names({ text: 'arse' })).toEqual(['json', 'json-parser']);
    expect(await names({ text: 'nowhere' })).toEqual([]);
  });

  test('takes the signs of patterns to the letter', async () => {
    expect(await names({ text: '100%' })).toEqual(['json']);
    expect(await names({ text: '%' })).toEqual(['json']);
    expect(await names({ text: 'json_' })).toEqual(['web']);
    expect(await names({ text: '\\' })).toEqual([]);
  });

  test('sorts: the name that was typed, names that begin so or hold it, then by downloads', async () => {
    expect(await names({ text: 'json', sort: 'relevance' })).toEqual([
      'json',
      'json-parser',
      'fast-json',
      'web',
    ]);
    expect(await names({ sort: 'downloads' })).toEqual(['json-parser', 'fast-json', 'json', 'web']);
    expect(await names({ sort: 'newest' })).toEqual(['web', 'fast-json', 'json-parser', 'json']);
  });

  test('narrows to whole keywords and categories', async () => {
    expect(await names({ keyword: 'PARSER' })).toEqual(['json', 'json-parser']);
    expect(await names({ keyword: 'pars' })).toEqual([]);
    expect(await names({ category: 'Parsing' })).toEqual(['json', 'json-parser']);
    expect(await names({ category: 'parsing', text: 'fast' })).toEqual(['json-parser']);
  });

  test('counts and pages what the reader may see, and nothing else', async () => {
    const query = { registryId: vais.id, readerId: null };
    expect(await store.listings.categories(query)).toEqual([
      { name: 'encoding', count: 1 },
      { name: 'parsing', count: 2 },
      { name: 'web', count: 1 },
    ]);
    expect(await store.listings.categories({ ...query, readerId: berta.id })).toHaveLength(3);
    expect(await store.listings.categories({ ...query, readerId: anna.id })).toContainEqual({
      name: 'secrets',
      count: 1,
    });
    expect(await names({ text: 'secret', readerId: berta.id })).toEqual([]);
    expect(await names({ text: 'secret', readerId: anna.id })).toEqual(['secret-json']);
    expect(await names({ limit: 2, offset: 1 })).toEqual(['json', 'json-parser']);
    const page = { text: 'json', keyword: null, category: null, sort: 'name', limit: 1, offset: 9 } as const;
    expect(await store.listings.find({ ...query, ...page })).toMatchObject({ total: 4, hits: [] });
  });

  test('neither counts nor shows what is blocked by name', async () => {
    const query = { registryId: vais.id, readerId: 'all' } as const;
    const ids: number[] = [];
    for (const [pattern, range] of [
      ['web', null],
      ['json-*', null],
      ['fast-json', '<1.0.0'],
    ] as const) {
      const event = { ...blocked, package: pattern };
      const block = { registryId: null, pattern, range, reason: 'no', advisory: null, event };
      ids.push((await store.blocks.add(block)).id);
    }
    expect(await names({})).toEqual(['fast-json', 'json']);
    expect(await store.listings.categories(query)).toEqual([
      { name: 'encoding', count: 1 },
      { name: 'parsing', count: 2 },
      { name: 'secrets', count: 1 },
    ]);
    const page = { text: null, keyword: null, category: 'web', sort: 'name', limit: 1, offset: 0 } as const;
    expect(await store.listings.find({ ...query, ...page })).toEqual({ total: 0, hits: [] });
    for (const id of ids) await store.blocks.remove({ id, by: theServer, at });
    expect(await names({})).toEqual(['fast-json', 'json', 'json-parser', 'web']);
  });
});
