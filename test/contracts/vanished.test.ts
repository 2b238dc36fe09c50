import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PublishCommand } from '../../src/registry/index.ts';
import type { NewDocument } from '../../src/upstream/index.ts';
import { artifact, event } from './catalogue-fixtures.ts';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters } from './stores.ts';

const at = 1_800_000_000_000;

describe.each(adapters)('What an upstream takes back, on $name', (adapter) => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse(adapter);
  });
  afterEach(() => house.close());

  const pull = (version: string, { upstreamTime = null, ...more }: Partial<PublishCommand> = {}) =>
    house.publish('anna', 'demo', version, {
      origin: 'upstream',
      publisherId: null,
      tags: [],
      fallbackTag: null,
      upstreamTime,
      // Keys are never used twice.
      artifacts: [artifact(`demo-${version}.tgz`, `demo ${version}`, `npm/${randomUUID()}`)],
      event: event('package.pull', 'demo', version),
      ...more,
    });
  const says = (versions: string[], more: Partial<NewDocument> = {}) =>
    house.store.upstreamDocuments.put({
      registryId: house.registry.id,
      name: 'demo',
      upstream: 'https://registry.example/',
      status: 'found',
      upstreamEtag: null,
      lastModified: null,
      checkedAt: at,
      fetchedAt: at,
      etag: versions.join(' '),
      body: new Uint8Array(1),
      index: new Uint8Array(1),
      versions,
      ...more,
    });
  const head = async () => {
    const found = await house.store.catalogue.findPackage(house.registry.id, 'demo');
    if (!found) throw new Error('demo is not there');
    return found;
  };
  const vanished = async () =>
    (await house.store.catalogue.vanished((await head()).id)).map(({ version }) => version);
  const since = async (version: string) =>
    (await house.store.catalogue.findArtifact(house.registry.id, 'demo', `demo-${version}.tgz`))?.vanishedAt;

  test('stored versions that it does not list any more are noted with the time, and cleared when they are back', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await pull(version);
    await says(['1.0.0', '1.1.0', '1.2.0', '2.0.0']);
    expect(await vanished()).toEqual([]);
    await says(['1.1.0']);
    expect(await vanished()).toEqual(['1.0.0', '1.2.0']);
    expect(await since('1.0.0')).toBe(at);
    expect(await since('1.1.0')).toBeNull();
    await says(['1.0.0', '1.1.0'], { checkedAt: at + 1 });
    expect(await vanished()).toEqual(['1.2.0']);
    expect(await since('1.2.0')).toBe(at);
  });

  test('versions of another upstream go when a document of this one comes, and give way to its own', async () => {
    await pull('0.9.0', { upstream: 'https://other.example/' });
    await pull('1.0.0', { upstream: 'https://registry.example/' });
    await says(['0.9.0', '1.0.0']);
    expect(await since('0.9.0')).toBeUndefined();
    expect(await since('1.0.0')).toBeNull();
    await pull('0.9.0', { upstream: 'https://registry.example/' });
    expect(await since('0.9.0')).toBeNull();
    // Stored late by a pull that was under way when the name moved.
    await pull('2.0.0', { upstream: 'https://other.example/' });
    await pull('2.0.0', { upstream: 'https://registry.example/' });
    const found = await house.store.catalogue.findArtifact(house.registry.id, 'demo', 'demo-2.0.0.tgz');
    expect(found?.upstream).toBe('https://registry.example/');
    expect(await vanished()).toEqual([]);
  });

  test('a package that it has no more takes all of them along', async () => {
    await pull('1.0.0');
    await says([], { status: 'missing', body: null, index: null, etag: '' });
    expect(await vanished()).toEqual(['1.0.0']);
  });

  test('a change raises revision and history with an event, and what is no change does not', async () => {
    await pull('1.0.0');
    const before = await head();
    await says(['1.0.0']);
    expect(await head()).toEqual(before);
    await says(['2.0.0']);
    const after = await head();
    expect(after.revision).toBe(before.revision + 1);
    expect(after.history).toBe(before.history + 1);
    await says(['2.0.0'], { checkedAt: at + 1 });
    expect(await head()).toEqual(after);
    await house.store.events.seal(100);
    const events = await house.store.events.sealed(0, 100);
    expect(events.filter(({ type }) => type === 'package.vanish')).toMatchObject([
      {
        registry: 'npm',
        package: 'demo',
        detail: { upstream: 'https://registry.example/', gone: ['1.0.0'], back: [] },
      },
    ]);
  });

  test('what is listed as vanished comes with its files and the time of the upstream', async () => {
    await pull('1.0.0', { upstreamTime: 1_500_000_000_000 });
    await says([]);
    const [row] = await house.store.catalogue.vanished((await head()).id);
    expect(row).toMatchObject({ publishedAt: 1_500_000_000_000, artifacts: [{ file: 'demo-1.0.0.tgz' }] });
  });

  test('what is listed as vanished has no time if the upstream never told one', async () => {
    await pull('1.0.0');
    await says([]);
    const [row] = await house.store.catalogue.vanished((await head()).id);
    expect(row?.publishedAt).toBeNull();
  });

  test('versions of our own are no business of an upstream', async () => {
    await house.publish('anna', 'demo', '1.0.0');
    await says([]);
    expect(await since('1.0.0')).toBeNull();
  });

  test('thousands of versions vanish in one step', async () => {
    await pull('1.0.0');
    await pull('1.0.1');
    await says(Array.from({ length: 5000 }, (_, n) => `2.0.${n}`));
    expect(await vanished()).toEqual(['1.0.0', '1.0.1']);
  });
});
