import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters } from './stores.ts';

describe.each(adapters)('Everything that is owned here, on $name', (adapter) => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse(adapter);
  });
  afterEach(() => house.close());

  const namesAfter = async (after: string, limit = 10) =>
    (await house.store.inventory.packages(house.registry.id, after, limit)).map(({ name }) => name);

  test('packages come by name, in pages, private ones too, and no upstream ones', async () => {
    await house.publish('anna', 'b');
    await house.publish('anna', '@acme/a', '1.0.0', { visibility: 'private' });
    await house.publish('anna', 'c', '1.0.0', { origin: 'upstream', publisherId: null });
    expect(await namesAfter('')).toEqual(['@acme/a', 'b']);
    expect(await namesAfter('', 1)).toEqual(['@acme/a']);
    expect(await namesAfter('@acme/a')).toEqual(['b']);
    expect(await namesAfter('b')).toEqual([]);
  });

  test('a package has its versions in order, its latest one, and whose that is', async () => {
    await house.publish('anna', 'demo', '2.0.0');
    await house.publish('berta', 'demo', '1.0.0', { tags: ['old'], overrideOwnership: true });
    const [demo] = await house.store.inventory.packages(house.registry.id, '', 10);
    expect(demo).toMatchObject({
      name: 'demo',
      downloads: 0,
      versions: [
        { version: '2.0.0', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), size: 10 },
        { version: '1.0.0' },
      ],
      latest: { version: '2.0.0', manifest: '{"name":"demo","version":"2.0.0"}', publishedBy: 'anna' },
    });
    expect(Object.keys(demo?.versions[0] ?? {}).toSorted()).toEqual([
      'publishedAt',
      'sha256',
      'size',
      'version',
    ]);
  });

  test('what was unpublished is gone, and every change shows in the state', async () => {
    const { inventory, catalogue } = house.store;
    const states = new Set<string>();
    const note = async () => {
      states.add(await inventory.state(house.registry.id));
      // Looking changes nothing.
      states.add(await inventory.state(house.registry.id));
    };
    await note();
    await house.publish('anna', 'demo');
    await note();
    await house.publish('anna', 'demo', '1.0.1');
    await note();
    await catalogue.unpublish({
      ...house.change('anna', 'demo'),
      versions: ['1.0.1'],
      tags: null,
      expectedRevision: null,
    });
    await note();
    expect((await inventory.packages(house.registry.id, '', 10))[0]?.versions).toHaveLength(1);
    await catalogue.unpublish({
      ...house.change('anna', 'demo'),
      versions: 'all',
      tags: null,
      expectedRevision: null,
    });
    await note();
    expect(await namesAfter('')).toEqual([]);
    expect(states.size).toBe(5);
  });
});
