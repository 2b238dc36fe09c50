import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SimilarNames } from '../../src/registry/index.ts';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters } from './stores.ts';

describe.each(adapters)('Names to compare a new one with, on $name', (adapter) => {
  let house: House;
  let similar: SimilarNames;
  const page = (beginning: string, more: object = {}) => ({
    registryId: house.registry.id,
    beginning,
    after: null,
    limit: 100,
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

  test('scopes come by their beginning, in pages', async () => {
    expect(await similar.scopes(page(''))).toEqual(['acme', 'acme-x', 'beta']);
    expect(await similar.scopes(page('acme'))).toEqual(['acme', 'acme-x']);
    expect(await similar.scopes(page('', { limit: 2 }))).toEqual(['acme', 'acme-x']);
    expect(await similar.scopes(page('', { limit: 2, after: 'acme-x' }))).toEqual(['beta']);
  });

  test('packages come by their beginning, in pages, those of an upstream too, which are never visible', async () => {
    await house.publish('anna', '@acme/upstreams', '1.0.0', { origin: 'upstream', publisherId: null });
    const names = ['@acme/ui', '@acme/upstreams', '@acme/utils'];
    expect(await similar.names(page('@acme/'))).toEqual(names);
    expect(await similar.visible({ registryId: house.registry.id, names, readerId: 'all' })).toEqual([
      '@acme/ui',
      '@acme/utils',
    ]);
    expect(await similar.names(page('@acme/', { limit: 1, after: '@acme/ui' }))).toEqual(['@acme/upstreams']);
    expect(await similar.names(page('@nobody/'))).toEqual([]);
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
