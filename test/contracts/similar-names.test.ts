import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SimilarNames } from '../../src/registry/index.ts';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters } from './stores.ts';

describe.each(adapters)('Names to compare a new one with, on $name', (adapter) => {
  let house: House;
  let similar: SimilarNames;
  const range = (beginning: string, more: object = {}) => ({
    registryId: house.registry.id,
    beginning,
    shortest: 0,
    longest: 100,
    limit: 100,
    ends: null,
    ...more,
  });
  beforeEach(async () => {
    house = await openHouse(adapter);
    similar = house.store.similarNames;
    for (const name of ['@acme/ui', '@acme/utils', '@acme-x/ui', '@beta/ui', 'plain']) {
      await house.publish('anna', name);
    }
  });
  afterEach(() => house.close());

  test('scopes come by their beginning and length, no more than were asked for', async () => {
    expect(await similar.scopes(range(''))).toEqual(['acme', 'acme-x', 'beta']);
    expect(await similar.scopes(range('ac'))).toEqual(['acme', 'acme-x']);
    expect(await similar.scopes(range('', { shortest: 5 }))).toEqual(['acme-x']);
    expect(await similar.scopes(range('', { longest: 4, limit: 1 }))).toEqual(['acme']);
  });

  test('packages come by their beginning and length, those of an upstream too, which are never visible', async () => {
    await house.publish('anna', '@acme/upstreams', '1.0.0', { origin: 'upstream', publisherId: null });
    const names = ['@acme/ui', '@acme/upstreams', '@acme/utils'];
    expect(await similar.names(range('@acme/'))).toEqual(names);
    expect(await similar.visible({ registryId: house.registry.id, names, readerId: 'all' })).toEqual([
      '@acme/ui',
      '@acme/utils',
    ]);
    expect(await similar.names(range('@acme/', { shortest: 9, longest: 11 }))).toEqual(['@acme/utils']);
    expect(await similar.names(range('@nobody/'))).toEqual([]);
    const ending = (first: string, last: string) => similar.names(range('@acme/', { ends: { first, last } }));
    expect(await ending('x', 'i')).toEqual(['@acme/ui']);
    expect(await ending('u', 'x')).toEqual(names);
    expect(await similar.scopes(range('', { ends: { first: 'b', last: 'e' } }))).toEqual(['acme', 'beta']);
  });

  test('a name is visible by itself, a scope by any of its packages', async () => {
    await house.publish('anna', '@acme/uti', '1.0.0', { visibility: 'private' });
    await house.publish('anna', '@gamma/hidden', '1.0.0', { visibility: 'private' });
    const names = ['@acme/uti', '@acme/utils', '@acme/', '@gamma/', '@nobody/'];
    const seenBy = (readerId: number | 'all' | null) =>
      similar.visible({ registryId: house.registry.id, names, readerId });
    expect(await seenBy(house.user('berta').id)).toEqual(['@acme/utils', '@acme/']);
    expect(await seenBy(house.user('anna').id)).toEqual(names.slice(0, 4));
    expect(await seenBy(null)).toEqual(['@acme/utils', '@acme/']);
  });
});
