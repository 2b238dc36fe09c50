import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { isFault } from '../../src/kernel/index.ts';
import { theCommandLine } from '../../src/ledger/index.ts';
import { artifact, at, event } from './catalogue-fixtures.ts';
import { openHouse, type House } from './organisation-fixtures.ts';
import { adapters } from './stores.ts';

describe.each(adapters)('Whose names are, on $name', (adapter) => {
  let house: House;
  let store: SqlStore;
  beforeEach(async () => {
    house = await openHouse(adapter);
    ({ store } = house);
  });
  afterEach(() => house.close());

  const claim = (pattern: string, more: object = {}) =>
    store.origins.claim({
      ...house.by('anna', true),
      registryId: house.registry.id,
      pattern,
      reason: null,
      owner: null,
      ...more,
    });
  const release = (pattern: string) =>
    store.origins.release({ ...house.by('anna', true), registryId: house.registry.id, pattern });
  /** A tarball of the upstream's package that is stored here. */
  const pull = (name: string, version = '1.0.0') =>
    house.publish('anna', name, version, {
      origin: 'upstream',
      publisherId: null,
      tags: [],
      fallbackTag: null,
      // Keys are never used twice.
      artifacts: [artifact(`${name}-${version}.tgz`, `upstream's ${name} ${version}`, `npm/${randomUUID()}`)],
      event: event('package.pull', name, version),
    });
  const find = (name: string) => store.catalogue.findPackage(house.registry.id, name);
  const versions = async (name: string) =>
    (await store.catalogue.versions((await find(name))?.id ?? 0, 0, 100)).map(({ version }) => version);
  const tarball = (name: string, version = '1.0.0') =>
    store.catalogue.findArtifact(house.registry.id, name, `${name}-${version}.tgz`);
  const owners = async (name: string) =>
    (await store.catalogue.owners((await find(name))?.id ?? 0)).map((owner) => owner.name);
  const revision = async () =>
    (await store.rights.of(house.registry.id, 'nothing', null))?.policyRevision ?? 0;
  const events = async () => {
    await store.events.seal(100);
    return (await store.events.sealed(0, 100)).map(({ type, package: name, detail }) => ({
      type,
      name,
      detail,
    }));
  };

  test('a claim is listed with who, when and why, raises the policy revision, and goes when it is released', async () => {
    const before = await revision();
    await claim('@acme/*', { reason: 'ours' });
    expect(await store.origins.claims(house.registry.id)).toEqual([
      { pattern: '@acme/*', reason: 'ours', by: { name: 'anna', via: 'token:1' }, at: expect.any(Number) },
    ]);
    const claimed = await revision();
    expect(claimed).toBeGreaterThan(before);
    await expect(claim('@acme/*')).rejects.toMatchObject({ code: 'conflict' });
    await release('@acme/*');
    expect(await store.origins.claims(house.registry.id)).toEqual([]);
    expect(await revision()).toBeGreaterThan(claimed);
    await expect(release('@acme/*')).rejects.toMatchObject({ code: 'not_found' });
    expect((await events()).filter(({ type }) => /^registry\.(claim|release)/.test(type))).toMatchObject([
      { type: 'registry.claim', name: null, detail: { pattern: '@acme/*', reason: 'ours' } },
      { type: 'registry.release', name: null, detail: { pattern: '@acme/*' } },
    ]);
  });

  test('a pull that is under way stores nothing of a name that is claimed meanwhile, whatever the capitals', async () => {
    await claim('@Acme/*');
    await claim('Left-Pad');
    for (const name of ['@acme/ui', 'left-pad']) {
      await expect(pull(name)).rejects.toMatchObject({ code: 'conflict' });
      expect(await find(name)).toBeUndefined();
    }
  });

  test('only administrators claim and release', async () => {
    const command = { ...house.by('anna'), registryId: house.registry.id, pattern: 'demo' };
    await expect(store.origins.claim({ ...command, reason: null, owner: null })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(store.origins.release(command)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test("a claimed name that was the upstream's loses what was stored of it, and its numbers stay taken", async () => {
    await pull('demo');
    await pull('demo', '1.1.0');
    await store.upstreamDocuments.put({
      registryId: house.registry.id,
      name: 'demo',
      upstream: null,
      status: 'missing',
      versions: [],
      upstreamEtag: null,
      lastModified: null,
      checkedAt: 1,
      fetchedAt: 1,
      body: null,
      index: null,
      etag: '',
    });
    const before = await find('demo');
    const stored = await tarball('demo');
    expect(await claim('demo')).toEqual({ versionsTaken: 2 });
    expect(await tarball('demo')).toBeUndefined();
    expect(await versions('demo')).toEqual([]);
    expect(await store.catalogue.findBlob(stored?.sha256 ?? '')).toBeUndefined();
    expect(await store.upstreamDocuments.find(house.registry.id, 'demo')).toBeUndefined();
    expect(await store.catalogue.danglingReferences()).toEqual([]);
    const after = await find('demo');
    expect(after?.revision).toBeGreaterThan(before?.revision ?? 0);
    expect(after?.history).toBeGreaterThan(before?.history ?? 0);

    // Whoever may publish new names gets it.
    expect((await store.rights.of(house.registry.id, 'demo', house.user('berta').id))?.package).toBeNull();
    await expect(house.publish('berta', 'demo', '1.0.0')).rejects.toMatchObject({ code: 'version_exists' });
    await house.publish('berta', 'demo', '2.0.0');
    expect(await versions('demo')).toEqual(['2.0.0']);
    expect(await owners('demo')).toEqual(['berta']);
    await expect(house.publish('carla', 'demo', '3.0.0')).rejects.toMatchObject({ code: 'not_owner' });
    await expect(pull('demo', '9.0.0')).rejects.toMatchObject({ code: 'conflict' });
  });

  test('a name can be kept for an owner, who then is the only one to publish it', async () => {
    await pull('demo');
    await claim('demo', { owner: { userId: house.user('berta').id } });
    const { id } = await house.organisation('dora', 'acme');
    await claim('free', { owner: { organisationId: id } });
    for (const name of ['demo', 'free']) {
      await expect(house.publish('carla', name, '2.0.0')).rejects.toMatchObject({ code: 'not_owner' });
    }
    await house.publish('berta', 'demo', '2.0.0');
    await house.publish('dora', 'free', '2.0.0');
    expect([await owners('demo'), await owners('free')]).toEqual([['berta'], ['acme']]);
    await expect(claim('own', { owner: null })).resolves.toEqual({ versionsTaken: 0 });
    await house.publish('carla', 'other');
    await expect(claim('other', { owner: { userId: house.user('berta').id } })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await store.origins.claims(house.registry.id)).toHaveLength(3);
  });

  test("a released name is the upstream's again unless something was published here", async () => {
    await pull('demo');
    await pull('used');
    for (const name of ['demo', 'used']) await claim(name);
    await claim('kept', { owner: { userId: house.user('berta').id } });
    await house.publish('berta', 'used', '2.0.0');
    for (const name of ['demo', 'used', 'kept']) await release(name);
    expect(await find('demo')).toBeUndefined();
    expect(await find('kept')).toBeUndefined();
    await pull('demo');
    expect(await tarball('demo')).toMatchObject({ origin: 'upstream' });
    expect(await versions('used')).toEqual(['2.0.0']);
    await expect(pull('used', '9.0.0')).rejects.toMatchObject({ code: 'conflict' });
  });

  test('a pattern takes nothing from what it covers until something is published in its place', async () => {
    await pull('acme-ui');
    await claim('acme-*');
    expect(await tarball('acme-ui')).toMatchObject({ origin: 'upstream' });
    for (const name of ['acme-ui', 'acme-new']) {
      await expect(pull(name, '1.1.0')).rejects.toMatchObject({ code: 'conflict' });
    }
    await expect(house.publish('berta', 'acme-ui', '2.0.0')).rejects.toMatchObject({
      code: 'name_taken_upstream',
    });
    await house.publish('berta', 'acme-ui', '2.0.0', { claimed: true });
    expect(await versions('acme-ui')).toEqual(['2.0.0']);
    expect(await tarball('acme-ui')).toBeUndefined();
    expect(await owners('acme-ui')).toEqual(['berta']);
  });

  test('the first version of a name that was taken over takes its scope, and belongs to who owns that', async () => {
    const { id } = await house.organisation('dora', 'acme');
    await pull('@acme/ui');
    await claim('@acme/ui');
    await expect(house.publish('carla', '@acme/ui', '2.0.0')).rejects.toMatchObject({ code: 'scope_owned' });
    await house.join('dora', id, 'carla', 'publisher');
    await house.publish('carla', '@acme/ui', '2.0.0');
    expect(await owners('@acme/ui')).toEqual(['acme']);
  });

  test('what is here under a name is told: whose, since when, by whom, how much', async () => {
    const facts = (name: string) => store.origins.facts(house.registry.id, name);
    expect(await facts('demo')).toBeUndefined();
    await pull('demo');
    expect(await facts('demo')).toMatchObject({ origin: 'upstream', firstPublisher: null, versions: 1 });
    await claim('demo');
    expect(await facts('demo')).toMatchObject({ origin: 'local', versions: 0, awaits: true });
    await house.publish('berta', 'demo', '2.0.0');
    expect(await facts('demo')).toEqual({
      origin: 'local',
      since: expect.any(Number),
      firstPublisher: 'berta',
      versions: 1,
      awaits: false,
    });
  });

  test('names that are owned here are told from others, many at a time', async () => {
    await house.publish('anna', 'mine');
    await pull('theirs');
    const many = Array.from({ length: 1200 }, (_, index) => `other-${index}`);
    expect(await store.origins.ownAmong([house.registry.id], ['theirs', ...many, 'mine'])).toEqual(
      new Set(['mine']),
    );
    expect(await store.origins.ownAmong([house.registry.id], [])).toEqual(new Set());
  });

  test('registries of a format are told with the state of their policy, and what each of them owns', async () => {
    const team = await store.catalogue.createRegistry('team', 'npm', at, theCommandLine);
    await house.publish('anna', 'mine');
    const states = await store.origins.ofFormat('npm');
    expect(states.map(({ registry }) => registry)).toEqual(await store.catalogue.registries());
    const sight = await store.rights.of(house.registry.id, '', null);
    expect(states[0]?.policyRevision).toBe(sight?.policyRevision);
    expect(await store.origins.ofFormat('zig')).toEqual([]);
    expect(await store.origins.ownAmong([team.id], ['mine'])).toEqual(new Set());
    expect(await store.origins.ownAmong([team.id, house.registry.id], ['mine'])).toEqual(new Set(['mine']));
  });

  test('pulls, claims and publishes of one name at once never leave versions of two origins [P-39]', async () => {
    for (let round = 0; round < 12; round += 1) {
      const name = `race-${round}`;
      if (round % 2 === 0) await pull(name, '0.0.1');
      const tries = [
        ...['1.0.0', '1.1.0', '1.2.0'].map((version) => pull(name, version)),
        claim(name),
        ...['2.0.0', '2.1.0'].map((version, index) =>
          house.publish('berta', name, version, { claimed: round % 3 === 0 && index === 1 }),
        ),
      ];
      for (const outcome of await Promise.allSettled<unknown>(tries)) {
        if (outcome.status === 'rejected' && !isFault(outcome.reason)) throw outcome.reason;
      }
      const here = await versions(name);
      expect(here.filter((version) => !version.startsWith('2.'))).toEqual([]);
      await expect(pull(name, '5.0.0')).rejects.toMatchObject({ code: 'conflict' });
    }
  });
});
