import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/index.ts';
import { semverRanges } from '../../src/kernel/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import {
  Claims,
  ContentLookUp,
  defaultPolicy,
  Gate,
  Reader,
  type HashQuery,
  type PublishCommand,
} from '../../src/registry/index.ts';
import { artifact, at, event, publishCommand } from './catalogue-fixtures.ts';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters } from './stores.ts';

const nobody: Principal = { kind: 'nobody', address: '127.0.0.1' };
const modern = 'demo-1.0.0-7v_AAA0BAADg7c02CS1MUhkz84Mo2igd0nqzuAcIxs6Q';
const legacy = `1220${'ab'.repeat(32)}`;

describe.each(adapters)('Versions by the hash of their content on $name', (adapter) => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse(adapter);
  });
  afterEach(() => house.close());

  const publish = (name: string, version: string, more: Partial<PublishCommand> = {}) =>
    house.publish('anna', name, version, {
      contentHashes: [modern, legacy],
      artifacts: [artifact(`${name}-${version}.tar.gz`, `${name} ${version}`, `npm/${randomUUID()}`)],
      ...more,
    });
  const find = async (hash: string, more: Partial<HashQuery> = {}) => {
    const query = { registryId: house.registry.id, hash, readerId: null, afterId: 0, limit: 10 };
    const found = await house.store.contentHashes.find({ ...query, ...more });
    return found.map(({ name, version }) => `${name}@${version}`);
  };
  const lookUp = () => {
    const { store } = house;
    const policies = { of: () => Promise.resolve(defaultPolicy) };
    const gate = new Gate({
      blocks: store.blocks,
      advisories: store.advisories,
      policies,
      ranges: new Map([['npm', semverRanges]]),
      clock: () => at,
    });
    const claims = new Claims(store.origins, policies);
    return new ContentLookUp(
      store.contentHashes,
      new Reader(store.catalogue, store.rights, new Map(), policies, claims, gate),
    );
  };
  const unpublish = (name: string, versions: string[] | 'all') =>
    house.store.catalogue.unpublish({
      ...house.change('anna', name),
      versions,
      tags: null,
      expectedRevision: null,
    });

  test('a version is found in each of its forms, and those with the same content in the order they came', async () => {
    await publish('demo', '1.0.0');
    await publish('other', '1.0.0', { contentHashes: [legacy] });
    await publish('third', '1.0.0', { contentHashes: [] });
    expect(await find(modern)).toEqual(['demo@1.0.0']);
    expect(await find(legacy)).toEqual(['demo@1.0.0', 'other@1.0.0']);
    expect(await find(legacy.toUpperCase())).toEqual([]);
    expect(await find('')).toEqual([]);
  });

  test('is told page by page', async () => {
    for (const name of ['one', 'two', 'three']) await publish(name, '1.0.0');
    const query = { registryId: house.registry.id, hash: modern, readerId: null, limit: 2 };
    const first = await house.store.contentHashes.find({ ...query, afterId: 0 });
    expect(first.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(await find(modern, { afterId: first[1]?.versionId ?? 0 })).toEqual(['three@1.0.0']);
  });

  test('a version of another registry is not found', async () => {
    const other = await house.store.catalogue.createRegistry('team', 'npm', at, theServer);
    await publish('demo', '1.0.0', { registryId: other.id });
    expect(await find(modern)).toEqual([]);
    expect(await find(modern, { registryId: other.id })).toEqual(['demo@1.0.0']);
  });

  test('a private version is found by those who may see it', async () => {
    await publish('demo', '1.0.0', { visibility: 'private' });
    expect(await find(modern)).toEqual([]);
    expect(await find(modern, { readerId: house.user('berta').id })).toEqual([]);
    expect(await find(modern, { readerId: house.user('anna').id })).toEqual(['demo@1.0.0']);
    expect(await find(modern, { readerId: 'all' })).toEqual(['demo@1.0.0']);
  });

  test('what was unpublished is found no more, and its hash leads to the same content elsewhere', async () => {
    await publish('demo', '1.0.0');
    await publish('demo', '1.1.0');
    await publish('other', '1.0.0');
    await unpublish('demo', ['1.0.0']);
    expect(await find(modern)).toEqual(['demo@1.1.0', 'other@1.0.0']);
    await unpublish('demo', 'all');
    expect(await find(modern)).toEqual(['other@1.0.0']);
  });

  test('a version that waits for approval is found once it has it, and never if it is rejected', async () => {
    const stage = async (version: string) => {
      const stageId = randomUUID();
      const command = publishCommand(house.registry, house.user('anna'), version, {
        contentHashes: [modern],
      });
      await house.store.stagedVersions.stage({ ...command, stageId, state: 'staged' });
      return { ...house.change('anna', 'demo'), stageId };
    };
    const [one, two] = [await stage('1.0.0'), await stage('2.0.0')];
    expect(await find(modern, { readerId: 'all' })).toEqual([]);
    await house.store.stagedVersions.approve(one);
    await house.store.stagedVersions.reject(two);
    expect(await find(modern)).toEqual(['demo@1.0.0']);
  });

  test("an upstream's version is not found as one of ours, and can be stored again once it made room", async () => {
    const theirs = {
      origin: 'upstream' as const,
      publisherId: null,
      tags: [],
      fallbackTag: null,
      event: event('package.pull', 'demo', '1.0.0'),
    } satisfies Partial<PublishCommand>;
    await publish('demo', '1.0.0', theirs);
    expect(await find(modern, { readerId: 'all' })).toEqual([]);
    const [version] = await house.store.upstreamCache.leastUsed({ registries: [], vanished: [] }, 1);
    if (version === undefined) throw new Error('nothing is cached');
    await house.store.upstreamCache.evict([version], at + 1);
    await publish('demo', '1.0.0', theirs);
  });

  test('what is blocked is not told of, and the same content elsewhere is', async () => {
    await publish('demo', '1.0.0');
    const demo = { name: 'demo', version: '1.0.0' };
    expect(await lookUp().find(house.registry, modern, nobody)).toMatchObject(demo);
    await house.store.blocks.add({
      registryId: house.registry.id,
      pattern: 'demo',
      range: '<2.0.0',
      reason: 'bad',
      advisory: null,
      event: event('gate.block', 'demo', null),
    });
    expect(await lookUp().find(house.registry, modern, nobody)).toBeUndefined();
    for (let version = 1; version < 25; version += 1) await publish('demo', `1.${version}.0`);
    expect(await lookUp().find(house.registry, modern, nobody)).toBeUndefined();
    await publish('other', '1.0.0');
    expect(await lookUp().find(house.registry, modern, nobody)).toMatchObject({ name: 'other' });
  });
});

describe.each(adapters)('The default tag that a publish may raise, on $name', (adapter) => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse(adapter);
  });
  afterEach(() => house.close());

  const publish = (version: string) =>
    house.publish('anna', 'demo', version, { tags: [], fallbackTag: null, raisesDefault: true });
  const latest = async () => {
    const head = await house.store.catalogue.findPackage(house.registry.id, 'demo');
    return head && (await house.store.catalogue.tags(head.id))['latest'];
  };

  test('goes to the highest release, whatever was published last', async () => {
    for (const [version, newest] of [
      ['1.0.0-rc.1', '1.0.0-rc.1'],
      ['1.10.0', '1.10.0'],
      ['1.9.0', '1.10.0'],
      ['2.0.0-beta.1', '1.10.0'],
      ['2.0.0', '2.0.0'],
    ] as const) {
      await publish(version);
      expect(await latest()).toBe(newest);
    }
  });

  test('does not go back to a version that its owner has passed over', async () => {
    for (const version of ['1.0.0', '2.0.0']) await publish(version);
    await house.publish('anna', 'demo', '1.5.0', { tags: ['latest'] });
    for (const [version, newest] of [
      ['1.4.0', '1.5.0'],
      ['1.5.1', '1.5.1'],
    ] as const) {
      await publish(version);
      expect(await latest()).toBe(newest);
    }
  });

  test('is right when several are published at once', async () => {
    await Promise.all(['1.0.0', '3.0.0', '2.0.0', '0.1.0'].map(publish));
    expect(await latest()).toBe('3.0.0');
  });
});
