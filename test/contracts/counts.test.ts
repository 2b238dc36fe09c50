import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/kernel/index.ts';
import type { CountStore, DownloadCount, TopQuery } from '../../src/registry/index.ts';
import { openSqlStore } from '../../src/storage/sql/index.ts';
import { at, event } from './catalogue-fixtures.ts';
import { batch } from './count-fixtures.ts';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters } from './stores.ts';

const DAY = 86_400_000;

describe.each(adapters)('Counts on $name', (adapter) => {
  let house: House;
  let counts: CountStore;
  beforeEach(async () => {
    house = await openHouse(adapter);
    ({ counts } = house.store);
  });
  afterEach(() => house.close());

  const idOf = async (name: string, version: string): Promise<[number, number]> => {
    const head = await house.store.catalogue.findPackage(house.registry.id, name);
    const row = head && (await house.store.catalogue.version(head.id, version));
    if (head === undefined || row === undefined) throw new Error(`there is no ${name}@${version}`);
    return [head.id, row.id];
  };
  const release = async (name: string, version: string, day: number, count = 1): Promise<DownloadCount> => {
    const [packageId, versionId] = await idOf(name, version);
    return { packageId, versionId, day, count, lastAt: day * DAY };
  };
  const preview = (name: string, label: string, day: number, count = 1) => ({
    registryId: house.registry.id,
    name,
    label,
    day,
    count,
    lastAt: day * DAY,
  });
  const missing = (name: string, version: string, lastAt: number, count = 1) => ({
    registryId: house.registry.id,
    name,
    version,
    count,
    lastAt,
  });
  const days = (name: string, first = 0, last = 999) => counts.days(house.registry.id, name, { first, last });
  const total = (name: string) => counts.total(house.registry.id, name);
  const versions = (name: string) => counts.versions(house.registry.id, name);
  const top = (more: Partial<TopQuery> = {}) =>
    counts.top({
      registryId: house.registry.id,
      reader: { readerId: null, trustedBy: [] },
      goneUntil: -1,
      after: null,
      limit: 10,
      ...more,
    });
  const names = async (readerId: TopQuery['reader']['readerId']) =>
    (await top({ reader: { readerId, trustedBy: [] } })).map(({ name }) => name);
  const registryDays = () => counts.registryDays(house.registry.id, { first: 0, last: 999 });

  test('add up releases and previews of a name by day and by version [P-14] [P-69]', async () => {
    await house.publish('anna', 'demo', '1.0.0');
    await house.publish('anna', 'demo', '1.1.0');
    const one = await release('demo', '1.0.0', 100, 2);
    const two = await release('demo', '1.1.0', 100);
    await counts.add(batch({ releases: [one, two], previews: [preview('demo', 'abcdef0', 102, 4)] }));
    await counts.add(
      batch({ releases: [{ ...one, day: 101 }], previews: [preview('demo', 'abcdef0', 100)] }),
    );
    expect(await days('demo')).toEqual([
      { day: 100, count: 4 },
      { day: 101, count: 2 },
      { day: 102, count: 4 },
    ]);
    expect(await days('demo', 101, 101)).toEqual([{ day: 101, count: 2 }]);
    expect(await total('demo')).toEqual({ downloads: 10, lastAt: 102 * DAY });
    expect(await versions('demo')).toEqual([
      { version: 'abcdef0', isPreview: true, downloads: 5 },
      { version: '1.0.0', isPreview: false, downloads: 4 },
      { version: '1.1.0', isPreview: false, downloads: 1 },
    ]);
    expect(await registryDays()).toEqual(await days('demo'));
    expect(await total('nothing')).toBeUndefined();
    expect(await days('nothing')).toEqual([]);
  });

  test('add each batch once, however often it is sent', async () => {
    await house.publish('anna', 'demo');
    const sent = batch({
      releases: [await release('demo', '1.0.0', 100, 3)],
      previews: [preview('demo', 'abcdef0', 100)],
      missing: [missing('demo', '9.0.0', 5)],
    });
    await Promise.all([counts.add(sent), counts.add(sent), counts.add(sent)]);
    await counts.add(sent);
    expect((await total('demo'))?.downloads).toBe(4);
    expect(await counts.missing(house.registry.id, 'demo', 10)).toMatchObject([{ requests: 1 }]);
  });

  test('add up what several write at once, in any order', async () => {
    for (const name of ['one', 'two', 'three']) await house.publish('anna', name);
    const all = await Promise.all(['one', 'two', 'three'].map((name) => release(name, '1.0.0', 100)));
    await Promise.all(
      Array.from({ length: 12 }, (_, turn) => {
        const releases = turn % 2 === 0 ? all : all.toReversed();
        const previews = releases.map((_count, index) => preview(`p${(turn + index) % 3}`, 'abcdef0', 100));
        return counts.add(batch({ releases, previews }));
      }),
    );
    expect((await top()).map(({ name, downloads }) => [name, downloads])).toEqual([
      ['one', 12],
      ['three', 12],
      ['two', 12],
    ]);
    expect((await total('p0'))?.downloads).toBe(12);
    expect(await registryDays()).toEqual([{ day: 100, count: 72 }]);
  });

  test.runIf(adapter.replicas)('of replicas add up', async () => {
    await house.publish('anna', 'demo');
    const { store: other } = await openSqlStore(house.location, { create: false });
    const one = await release('demo', '1.0.0', 100);
    await Promise.all(
      [counts, other.counts, counts, other.counts].map((store) =>
        store.add(batch({ releases: [one], previews: [preview('demo', 'abcdef0', 100)] })),
      ),
    );
    expect((await other.counts.total(house.registry.id, 'demo'))?.downloads).toBe(8);
    await other.close();
  });

  test('add more than one statement takes', async () => {
    const labels = Array.from({ length: 1000 }, (_, index) => index.toString(16).padStart(7, '0'));
    await counts.add(batch({ previews: labels.map((label) => preview('demo', label, 100)) }));
    expect(await days('demo')).toEqual([{ day: 100, count: 1000 }]);
    expect(await versions('demo')).toHaveLength(1000);
  });

  test('stay when a version or the whole package is unpublished, and count what is gone no more', async () => {
    await house.publish('anna', 'demo', '1.0.0');
    await house.publish('anna', 'demo', '1.1.0');
    const both = [await release('demo', '1.0.0', 100), await release('demo', '1.1.0', 100)];
    await counts.add(batch({ releases: both }));
    const unpublish = (which: 'all' | string[]) =>
      house.store.catalogue.unpublish({
        ...house.change('anna', 'demo'),
        versions: which,
        tags: null,
        expectedRevision: null,
      });
    await unpublish(['1.0.0']);
    await counts.add(batch({ releases: both }));
    expect((await total('demo'))?.downloads).toBe(3);
    await unpublish('all');
    await counts.add(batch({ releases: both }));
    expect((await total('demo'))?.downloads).toBe(3);
    expect(await top()).toEqual([]);
    await house.publish('anna', 'demo', '2.0.0');
    await counts.add(batch({ releases: [await release('demo', '2.0.0', 101)] }));
    expect(await versions('demo')).toEqual([
      { version: '1.1.0', isPreview: false, downloads: 2 },
      { version: '1.0.0', isPreview: false, downloads: 1 },
      { version: '2.0.0', isPreview: false, downloads: 1 },
    ]);
    expect(await top()).toEqual([{ name: 'demo', downloads: 4, origin: 'local' }]);
  });

  test('of an upstream’s package go when its name becomes ours; those of our previews stay', async () => {
    await house.publish('anna', 'demo', '1.0.0', {
      origin: 'upstream',
      publisherId: null,
      tags: [],
      fallbackTag: null,
      event: event('package.pull', 'demo', '1.0.0'),
    });
    const pulled = await release('demo', '1.0.0', 100, 5);
    await counts.add(
      batch({
        releases: [pulled],
        previews: [preview('demo', 'abcdef0', 100, 2)],
        missing: [missing('demo', '9.0.0', 5)],
      }),
    );
    expect(await top()).toEqual([{ name: 'demo', downloads: 7, origin: 'upstream' }]);
    const claim = { ...house.by('anna', true), registryId: house.registry.id, pattern: 'demo' };
    await house.store.origins.claim({ ...claim, reason: null, owner: null });
    await counts.add(batch({ releases: [pulled] }));
    expect(await total('demo')).toEqual({ downloads: 2, lastAt: null });
    expect(await versions('demo')).toEqual([{ version: 'abcdef0', isPreview: true, downloads: 2 }]);
    expect(await days('demo')).toEqual([{ day: 100, count: 2 }]);
    expect(await counts.missing(house.registry.id, 'demo', 10)).toEqual([]);
    await house.store.origins.release(claim);
    expect((await total('demo'))?.downloads).toBe(2);
  });

  test('put what is downloaded most first, page by page, and names in their order among equals [P-13]', async () => {
    const popular = { calm: 1, busy: 9, b: 3, a: 3, never: 0 };
    const releases: DownloadCount[] = [];
    for (const [name, count] of Object.entries(popular)) {
      await house.publish('anna', name);
      if (count > 0) releases.push(await release(name, '1.0.0', 100, count));
    }
    await counts.add(batch({ releases }));
    expect((await top()).map(({ name }) => name)).toEqual(['busy', 'a', 'b', 'calm']);
    const page = await top({ limit: 2 });
    expect(page.map(({ name }) => name)).toEqual(['busy', 'a']);
    expect((await top({ after: page.at(-1) ?? null })).map(({ name }) => name)).toEqual(['b', 'calm']);
  });

  test('name nothing to those who may not see it', async () => {
    await house.publish('anna', 'open');
    await house.publish('anna', 'secret', '1.0.0', { visibility: 'private' });
    const releases = [await release('open', '1.0.0', 100), await release('secret', '1.0.0', 100, 9)];
    await counts.add(batch({ releases }));
    expect(await names(null)).toEqual(['open']);
    expect(await names(house.user('berta').id)).toEqual(['open']);
    expect(await names(house.user('anna').id)).toEqual(['secret', 'open']);
    expect(await names('all')).toEqual(['secret', 'open']);
    await house.store.registrySettings.change({
      ...house.by('anna', true),
      registryId: house.registry.id,
      change: { visibility: 'private' },
    });
    expect(await names(null)).toEqual([]);
  });

  test('name what has nothing but previews while they are here, to those who may see them', async () => {
    const put = (name: string, restricted: boolean) => {
      const key = `commits/abcdef0/${name}/1.tgz`;
      return house.store.previews.publish({
        registryId: house.registry.id,
        sha: 'abcdef0',
        repository: null,
        packages: [
          {
            name,
            version: null,
            packageDir: null,
            restricted,
            key,
            sha256: sha256Hex(key),
            sha1: 'a'.repeat(40),
            sha512: 'b64',
            size: 10,
            event: event('preview.publish', name, null),
          },
        ],
        cursors: [],
        run: null,
        publisherId: house.user('anna').id,
        publishedBy: 'anna',
        overrideOwnership: false,
        goneUntil: -1,
        at,
      });
    };
    await put('fork', false);
    await put('hush', true);
    await counts.add(
      batch({ previews: ['fork', 'gone', 'hush'].map((name) => preview(name, 'abcdef0', 100)) }),
    );
    expect(await top()).toEqual([{ name: 'fork', downloads: 1, origin: 'preview' }]);
    expect(await names(house.user('anna').id)).toEqual(['fork', 'hush']);
    expect(await names('all')).toEqual(['fork', 'hush']);
    expect(await top({ goneUntil: at })).toEqual([]);
    // Whoever takes the name hides them with it.
    await house.publish('berta', 'fork', '1.0.0', { visibility: 'private' });
    expect(await top()).toEqual([]);
    expect(await names(house.user('berta').id)).toEqual(['fork']);
  });

  test('keep of a name the hundred missing versions that were asked for last', async () => {
    await house.publish('anna', 'demo');
    await counts.add(batch({ missing: [missing('demo', '9.0.0', 10, 3), missing('demo', '1.0.0', 20)] }));
    expect(await counts.missing(house.registry.id, 'demo', 10)).toEqual([
      { version: '9.0.0', requests: 3, lastAt: 10, isThere: false },
      { version: '1.0.0', requests: 1, lastAt: 20, isThere: true },
    ]);
    const random = Array.from({ length: 100 }, (_, index) => missing('demo', `0.0.${index}`, 30));
    await counts.add(batch({ missing: [missing('other', '9.0.0', 1)] }));
    await counts.add(batch({ missing: random.slice(0, 99) }));
    const left = await counts.missing(house.registry.id, 'demo', 1000);
    expect(left).toHaveLength(100);
    expect(left.map(({ version }) => version)).not.toContain('9.0.0');
    expect(left.map(({ version }) => version)).toContain('1.0.0');
    expect(await counts.missing(house.registry.id, 'other', 10)).toHaveLength(1);
  });

  test('forget missing versions that nobody asks for any more', async () => {
    await counts.add(batch({ missing: [missing('demo', '8.0.0', 10), missing('demo', '9.0.0', 20)] }));
    await counts.tidy({ missing: 20, batches: 0 });
    expect(await counts.missing(house.registry.id, 'demo', 10)).toMatchObject([{ version: '9.0.0' }]);
  });
});
