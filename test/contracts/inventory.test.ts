import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { at, event } from './catalogue-fixtures.ts';
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

  test('previews come by commit or by name, in pages, until their time is over, and show in the state', async () => {
    const { inventory } = house.store;
    const before = await inventory.state(house.registry.id);
    await publishPreviews('aaaaaaa', ['x', 'y'], at);
    await publishPreviews('bbbbbbb', ['x'], at + 1);
    const list = async (order: 'commit' | 'name', after?: { sha: string; name: string }, goneUntil = -1) =>
      (await inventory.previews({ registryId: house.registry.id, goneUntil, order, after, limit: 2 })).map(
        ({ sha, name }) => `${sha[0]}${name}`,
      );
    expect(await list('commit')).toEqual(['ax', 'ay']);
    expect(await list('commit', { sha: 'aaaaaaa', name: 'y' })).toEqual(['bx']);
    expect(await list('name')).toEqual(['ax', 'bx']);
    expect(await list('name', { sha: 'bbbbbbb', name: 'x' })).toEqual(['ay']);
    expect(await list('commit', undefined, at)).toEqual(['bx']);
    expect(await inventory.state(house.registry.id)).not.toBe(before);
  });

  const publishPreviews = (sha: string, names: string[], when: number) =>
    house.store.previews.publish({
      registryId: house.registry.id,
      sha,
      repository: null,
      packages: names.map((name) => ({
        name,
        version: null,
        packageDir: null,
        restricted: true,
        key: `commits/${sha}/${name}/1.tgz`,
        sha256: 'a'.repeat(64),
        sha1: 'a'.repeat(40),
        sha512: 'b64',
        size: 1,
        event: event('preview.publish', name, null),
      })),
      cursors: [],
      run: null,
      publisherId: house.user('anna').id,
      publishedBy: 'anna',
      overrideOwnership: false,
      goneUntil: -1,
      at: when,
    });
});
