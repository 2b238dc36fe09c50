import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/kernel/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import { defaultPolicy, verify, type Blobs, type RegistryRow } from '../../src/registry/index.ts';
import { memoryBlobs } from '../../src/storage/memory/index.ts';
import { openSqlStore, type SqlStore } from '../../src/storage/sql/index.ts';
import { CacheKeeper, type Spared } from '../../src/upstream/index.ts';
import { at, testUser } from './catalogue-fixtures.ts';
import { batch } from './count-fixtures.ts';
import { put, storeOwned, storePulled } from './cache-fixtures.ts';
import { adapters, freshStore, type FreshStore } from './stores.ts';

const HOUR = 3_600_000;
const none: Spared = { registries: [], vanished: [] };

describe.each(adapters)('The cache of upstreams on $name', (adapter) => {
  let opened: FreshStore;
  let store: SqlStore;
  let registry: RegistryRow;
  let blobs: Blobs;

  beforeEach(async () => {
    opened = await freshStore(adapter);
    ({ store } = opened);
    registry = await store.catalogue.createRegistry('npm', 'npm', at, theServer);
    blobs = memoryBlobs();
  });
  afterEach(() => opened.close());

  const pull = (version: string, content: string, when = at) =>
    storePulled(store, blobs, registry, { version, content, at: when });
  const found = (version: string) =>
    store.catalogue.findArtifact(registry.id, 'theirs', `theirs-${version}.tgz`);
  const leastUsed = (spared = none) => store.upstreamCache.leastUsed(spared, 10);
  const idOf = async (version: string) => (await found(version))?.versionId;
  const whole = async () => (await verify({ catalogue: store.catalogue, blobs })).problems;

  test('lists what nobody used for the longest time first, and takes it away whole', async () => {
    await pull('1.0.0', 'one', at + 2 * HOUR);
    await pull('1.1.0', 'second', at);
    expect(await store.upstreamCache.size()).toEqual({ versions: 9, documents: 0 });
    const [oldest] = await leastUsed();
    if (oldest === undefined) throw new Error('nothing is cached');
    expect(oldest).toEqual({ versionId: await idOf('1.1.0'), bytes: 6, usedAt: at });
    const key = (await found('1.1.0'))?.key;
    const before = await store.catalogue.findPackage(registry.id, 'theirs');

    const gone = await store.upstreamCache.evict([oldest], at + 3 * HOUR);
    expect(gone).toEqual({ versions: 1, bytes: 6, keys: [key] });
    expect(await found('1.1.0')).toBeUndefined();
    expect(await found('1.0.0')).toBeDefined();
    expect(await store.catalogue.findBlob(sha256Hex('second'))).toBeUndefined();
    expect(await store.upstreamCache.size()).toEqual({ versions: 3, documents: 0 });
    expect(await leastUsed()).toHaveLength(1);
    expect(await whole()).toEqual([]);
    // Answers that were kept for a revision are worth nothing now.
    const after = await store.catalogue.findPackage(registry.id, 'theirs');
    expect(after?.revision).toBe((before?.revision ?? 0) + 1);
    expect(after?.origin).toBe('upstream');
  });

  test('has a version that was taken away again when it is pulled again, with its downloads', async () => {
    await pull('1.0.0', 'one');
    const before = await found('1.0.0');
    const count = { packageId: before?.packageId ?? 0, versionId: before?.versionId ?? 0, count: 5 };
    await store.counts.add(batch({ releases: [{ ...count, day: 7, lastAt: at }] }));
    const [key = ''] = (await store.upstreamCache.evict(await leastUsed(), at)).keys;
    await blobs.remove(key);
    await pull('1.0.0', 'other', at + HOUR);
    const after = await found('1.0.0');
    expect(after).toMatchObject({ versionId: before?.versionId, size: 5, sha256: sha256Hex('other') });
    expect(after?.key).not.toBe(key);
    expect(await leastUsed()).toEqual([{ versionId: after?.versionId, bytes: 5, usedAt: at + HOUR }]);
    expect(await store.counts.days(registry.id, 'theirs', { first: 7, last: 7 })).toEqual([
      { day: 7, count: 5 },
    ]);
    expect(await whole()).toEqual([]);
  });

  test('keeps the bytes that an own package has too, and never counts or takes that one', async () => {
    const anna = await store.accounts.createUser(testUser('anna'));
    await storeOwned(store, blobs, registry, anna, { version: '1.0.0', content: 'same bytes' });
    await pull('1.0.0', 'same bytes');
    expect(await store.upstreamCache.size()).toMatchObject({ versions: 10 });
    const own = await store.catalogue.findArtifact(registry.id, 'demo', 'demo-1.0.0.tgz');
    const all = [...(await leastUsed()), { versionId: own?.versionId ?? 0, bytes: 10, usedAt: at }];
    expect(all).toHaveLength(2);
    expect(await store.upstreamCache.evict(all, at)).toEqual({ versions: 1, bytes: 10, keys: [] });
    expect(await found('1.0.0')).toBeUndefined();
    expect(await store.catalogue.findArtifact(registry.id, 'demo', 'demo-1.0.0.tgz')).toEqual(own);
    expect(await whole()).toEqual([]);
  });

  test('takes nothing that was asked for since it was looked at', async () => {
    await pull('1.0.0', 'one');
    await pull('1.1.0', 'two');
    const candidates = await leastUsed();
    const { packageId = 0, versionId = 0 } = (await found('1.0.0')) ?? {};
    await store.counts.add(
      batch({ releases: [{ packageId, versionId, day: 7, count: 1, lastAt: at + 2 * HOUR }] }),
    );
    expect(await store.upstreamCache.evict(candidates, at + 2 * HOUR)).toMatchObject({ versions: 1 });
    expect(await found('1.0.0')).toBeDefined();
    expect(await leastUsed()).toEqual([{ versionId, bytes: 3, usedAt: at + 2 * HOUR }]);
  });

  test('notes no use of what is owned here', async () => {
    const anna = await store.accounts.createUser(testUser('anna'));
    await storeOwned(store, blobs, registry, anna, { version: '1.0.0', content: 'own' });
    const own = await store.catalogue.findArtifact(registry.id, 'demo', 'demo-1.0.0.tgz');
    const { packageId = 0, versionId = 0 } = own ?? {};
    await store.counts.add(batch({ releases: [{ packageId, versionId, day: 7, count: 1, lastAt: at }] }));
    expect(await leastUsed()).toEqual([]);
    expect(await store.upstreamCache.size()).toEqual({ versions: 0, documents: 0 });
  });

  test('spares registries whose packages cannot be fetched again', async () => {
    await pull('1.0.0', 'one');
    expect(await leastUsed({ ...none, registries: [registry.id] })).toEqual([]);
    // Nothing vanished there.
    expect(await leastUsed({ ...none, vanished: [registry.id] })).toHaveLength(1);
    await put(store, registry, { name: 'theirs', at });
    const drop = (spared: Spared) =>
      store.upstreamCache.dropDocuments(spared, { before: at + 1, limit: 10, bytes: 100 });
    expect(await drop({ ...none, registries: [registry.id] })).toEqual({ documents: 0, bytes: 0 });
    expect(await drop(none)).toMatchObject({ documents: 1 });
  });

  test('writes one event for a batch', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await pull(version, version);
    await store.upstreamCache.evict(await leastUsed(), at + HOUR);
    await store.events.seal(100);
    const events = await store.events.sealed(0, 100);
    expect(events.filter(({ type }) => type === 'cache.evict')).toMatchObject([
      {
        at: at + HOUR,
        actor: theServer,
        registry: 'npm',
        package: null,
        detail: { versions: 3, bytes: 15 },
      },
    ]);
  });

  test('forgets names that the upstream did not have, and drops the documents asked for least lately', async () => {
    await put(store, registry, { name: 'gone', at, missing: true });
    await put(store, registry, { name: 'back', at: at + HOUR, missing: true });
    await put(store, registry, { name: 'old', at });
    await put(store, registry, { name: 'older', at: at - HOUR });
    await put(store, registry, { name: 'new', at: at + HOUR });
    expect((await store.upstreamCache.size()).documents).toBe(18);
    expect(await store.upstreamCache.forgetMissing(at + 1)).toBe(1);
    expect(await store.upstreamDocuments.find(registry.id, 'gone')).toBeUndefined();
    expect(await store.upstreamDocuments.find(registry.id, 'back')).toBeDefined();
    const drop = (limit: number, bytes = 100) =>
      store.upstreamCache.dropDocuments(none, { before: at + 1, limit, bytes });
    expect(await drop(10, 0)).toEqual({ documents: 0, bytes: 0 });
    expect(await drop(10, 1)).toEqual({ documents: 1, bytes: 6 });
    expect(await store.upstreamDocuments.find(registry.id, 'older')).toBeUndefined();
    expect(await drop(1)).toEqual({ documents: 1, bytes: 6 });
    expect(await drop(10)).toEqual({ documents: 0, bytes: 0 });
    expect(await store.upstreamDocuments.find(registry.id, 'new')).toBeDefined();
  });

  test('is told apart from what is owned here, registry by registry', async () => {
    await store.catalogue.createRegistry('empty', 'npm', at, theServer);
    const anna = await store.accounts.createUser(testUser('anna'));
    for (const version of ['1.0.0', '2.0.0']) {
      await storeOwned(store, blobs, registry, anna, { version, content: 'own' });
    }
    await pull('1.0.0', 'own');
    await pull('1.1.0', 'theirs');
    await put(store, registry, { name: 'theirs', at });
    await put(store, registry, { name: 'not-there', at, missing: true });
    const nothing = { packages: 0, versions: 0, files: 0, bytes: 0 };
    expect(await store.storageUses.read()).toEqual({
      registries: [
        {
          registry: 'empty',
          owned: nothing,
          cached: nothing,
          previews: { count: 0, bytes: 0 },
          documents: { count: 0, bytes: 0 },
        },
        {
          registry: 'npm',
          owned: { packages: 1, versions: 2, files: 2, bytes: 6 },
          cached: { packages: 1, versions: 2, files: 2, bytes: 9 },
          previews: { count: 0, bytes: 0 },
          documents: { count: 1, bytes: 6 },
        },
      ],
      stored: { files: 2, bytes: 9 },
    });
    const report = await verify({ catalogue: store.catalogue, blobs });
    expect(report).toMatchObject({ owned: { blobs: 1, bytes: 3 }, cached: { blobs: 1, bytes: 6 } });
  });

  test('leads no reference nowhere while pulls, publishes of the same bytes and evictions meet', async () => {
    const anna = await store.accounts.createUser(testUser('anna'));
    const second = adapter.replicas
      ? (await openSqlStore(opened.location, { create: false })).store
      : undefined;
    const stores = [store, second ?? store];
    const keepers = stores.map(
      ({ upstreamCache, catalogue }) =>
        new CacheKeeper({
          cache: upstreamCache,
          catalogue,
          policies: { of: async () => ({ ...defaultPolicy, upstreams: [upstream] }) },
          blobs,
          clock: () => at,
          cap: 1,
        }),
    );
    const versions = Array.from({ length: 6 }, (_, index) => `1.0.${index}`);
    for (let round = 0; round < 8; round += 1) {
      const work = versions.flatMap((version, index) => {
        const one = stores[index % 2] ?? store;
        const content = `bytes ${index}`;
        return [
          storePulled(one, blobs, registry, { version, content, at }),
          storePulled(stores[(index + 1) % 2] ?? store, blobs, registry, { version, content, at }),
          ...(round === index ? [storeOwned(one, blobs, registry, anna, { version, content })] : []),
        ];
      });
      await Promise.all([...work, ...keepers.map((keeper) => keeper.run())]);
    }
    for (const keeper of keepers) await keeper.run();
    expect(await whole()).toEqual([]);
    for (const index of versions.keys()) {
      const own = await store.catalogue.findArtifact(registry.id, 'demo', `demo-1.0.${index}.tgz`);
      expect(own?.sha256).toBe(sha256Hex(`bytes ${index}`));
    }
    await second?.close();
  });
});

const upstream = {
  name: 'npm',
  url: 'http://127.0.0.1:9',
  names: [],
  authorization: null,
  timeouts: { connect: 1, headers: 1, idle: 1, document: 1, artifact: 1 },
  freshness: 0,
  missingFreshness: 0,
  patience: 0,
  allowHosts: [],
  allowPrivate: false,
};
