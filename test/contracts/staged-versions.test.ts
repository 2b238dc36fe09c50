import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import {
  verify,
  type DecisionCommand,
  type RegistryRow,
  type StageCommand,
} from '../../src/registry/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { artifact, at, event, publishCommand, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore } from './stores.ts';

describe.each(adapters)('Staged versions on $name', (adapter) => {
  let store: SqlStore;
  let close: () => Promise<void>;
  let registry: RegistryRow;
  let anna: User;
  let berta: User;

  beforeEach(async () => {
    ({ store, close } = await freshStore(adapter));
    registry = await store.catalogue.createRegistry('npm', 'npm', at, theServer);
    anna = await store.accounts.createUser(testUser('anna'));
    berta = await store.accounts.createUser(testUser('berta'));
  });
  afterEach(() => close());

  const stage = async (version: string, more: Partial<StageCommand> = {}) => {
    const stageId = randomUUID();
    const command = {
      ...publishCommand(registry, anna, version, more),
      stageId,
      state: 'staged',
      ...more,
    } as const;
    await store.stagedVersions.stage(command);
    return stageId;
  };
  const decision = (stageId: string, more: Partial<DecisionCommand> = {}): DecisionCommand => ({
    registryId: registry.id,
    name: 'demo',
    stageId,
    actorId: anna.id,
    overrideOwnership: false,
    at: at + 5,
    event: event('package.approve', 'demo', null),
    ...more,
  });
  const head = async (name = 'demo') => (await store.catalogue.findPackage(registry.id, name)) ?? missing();
  const versionsOf = async () =>
    (await store.catalogue.versions((await head()).id, 0, 100)).map(({ version }) => version);
  const listed = async (writerId: number | 'all', name: string | null = null) =>
    store.stagedVersions.list({ registryId: registry.id, writerId, name, limit: 10, offset: 0 });
  const found = async (reader: number | 'all' | null) =>
    store.catalogue.search({
      registryId: registry.id,
      words: [],
      typed: '',
      scope: null,
      owner: null,
      keywords: [],
      readerId: reader,
      limit: 10,
      offset: 0,
    });

  test('a staged version shows in nothing that is read', async () => {
    await store.catalogue.publish(publishCommand(registry, anna, '1.0.0'));
    const before = await head();
    await stage('1.1.0', { attestation: { predicateType: 'slsa', bundle: '{}' } });
    const after = await head();
    expect(after).toEqual(before);
    expect(await versionsOf()).toEqual(['1.0.0']);
    expect(await store.catalogue.version(after.id, '1.1.0')).toBeUndefined();
    expect(await store.catalogue.hasVersion(after.id, '1.1.0')).toBe(false);
    expect(await store.catalogue.tags(after.id)).toEqual({ latest: '1.0.0' });
    expect(await store.catalogue.readme(after.id, '1.1.0')).toBeNull();
    expect(await store.catalogue.attestation(after.id, '1.1.0')).toBeUndefined();
    expect(await store.catalogue.findArtifact(registry.id, 'demo', 'demo-1.1.0.tgz')).toBeUndefined();
    expect((await found('all')).hits.map(({ version }) => version)).toEqual(['1.0.0']);
  });

  test('a package whose only version is staged is not here yet, and its name is taken', async () => {
    await stage('1.0.0');
    expect((await head()).removedAt).not.toBeNull();
    expect(await found('all')).toEqual({ total: 0, hits: [] });
    await expect(store.catalogue.publish(publishCommand(registry, berta, '2.0.0'))).rejects.toMatchObject({
      code: 'not_owner',
    });
  });

  test('the number of a staged version is taken', async () => {
    await stage('1.0.0');
    await expect(store.catalogue.publish(publishCommand(registry, anna, '1.0.0'))).rejects.toMatchObject({
      code: 'version_staged',
    });
    await expect(stage('1.0.0')).rejects.toMatchObject({ code: 'version_staged' });
    await store.catalogue.publish(publishCommand(registry, anna, '2.0.0'));
    await expect(stage('2.0.0')).rejects.toMatchObject({ code: 'version_exists' });
  });

  test('only owners stage versions of a package', async () => {
    await store.catalogue.publish(publishCommand(registry, anna, '1.0.0'));
    await expect(stage('1.1.0', { publisherId: berta.id })).rejects.toMatchObject({ code: 'not_owner' });
  });

  test('a staged version cannot be tagged, deprecated or unpublished', async () => {
    await store.catalogue.publish(publishCommand(registry, anna, '1.0.0'));
    const stageId = await stage('1.1.0');
    const base = { ...decision(stageId), at };
    await expect(store.catalogue.tag({ ...base, tag: 'next', version: '1.1.0' })).rejects.toMatchObject({
      code: 'version_not_found',
    });
    await expect(store.catalogue.deprecate({ ...base, messages: { '1.1.0': 'no' } })).rejects.toMatchObject({
      code: 'version_not_found',
    });
    await store.catalogue.unpublish({ ...base, versions: ['1.1.0'], tags: null, expectedRevision: null });
    expect(await store.stagedVersions.find(registry.id, stageId)).toBeDefined();
  });

  test('is found with what decides about it, by those who may publish', async () => {
    const stageId = await stage('1.0.0-rc.1', { tags: ['next'] });
    const other = await stage('1.0.0', { name: 'other', publisherId: berta.id, at: at + 1 });
    const item = await store.stagedVersions.find(registry.id, stageId);
    expect(item).toEqual({
      id: stageId,
      packageName: 'demo',
      version: '1.0.0-rc.1',
      tags: ['next'],
      createdAt: at,
      stagedBy: null,
      via: 'server',
      artifacts: [expect.objectContaining({ file: 'demo-1.0.0-rc.1.tgz', key: expect.any(String) })],
    });
    expect(await listed(anna.id)).toEqual({ items: [item], total: 1 });
    expect((await listed('all')).items.map(({ id }) => id)).toEqual([stageId, other]);
    expect(await listed('all', 'demo')).toEqual({ items: [item], total: 1 });
    expect(await listed(berta.id, 'demo')).toEqual({ items: [], total: 0 });
    expect(await store.stagedVersions.find(registry.id + 1, stageId)).toBeUndefined();
    expect(await store.stagedVersions.find(registry.id, randomUUID())).toBeUndefined();
  });

  test('pages through what is staged', async () => {
    for (const n of [1, 2, 3]) await stage(`${n}.0.0`, { at: at + n });
    const page = { registryId: registry.id, writerId: 'all', name: null, limit: 2 } as const;
    const first = await store.stagedVersions.list({ ...page, offset: 0 });
    const second = await store.stagedVersions.list({ ...page, offset: 2 });
    expect(first.items.map(({ version }) => version)).toEqual(['1.0.0', '2.0.0']);
    expect(second.items.map(({ version }) => version)).toEqual(['3.0.0']);
    expect([first.total, second.total]).toEqual([3, 3]);
  });

  test('approval publishes it: version, tags, visibility, revision, search and event', async () => {
    const stageId = await stage('1.0.0', {
      tags: ['next'],
      visibility: 'private',
      searchText: { description: 'sings', keywords: [] },
    });
    const before = await head();
    const { revision } = await store.stagedVersions.approve(decision(stageId));
    expect(revision).toBe(before.revision + 1);
    expect(await head()).toMatchObject({
      revision,
      removedAt: null,
      visibility: 'private',
      updatedAt: at + 5,
    });
    expect((await head()).history).toBe(before.history + 1);
    expect(await store.catalogue.version(before.id, '1.0.0')).toMatchObject({ publishedAt: at + 5 });
    expect(await store.catalogue.tags(before.id)).toEqual({ latest: '1.0.0', next: '1.0.0' });
    expect(await store.catalogue.findArtifact(registry.id, 'demo', 'demo-1.0.0.tgz')).toBeDefined();
    expect((await found('all')).total).toBe(1);
    expect(await store.stagedVersions.find(registry.id, stageId)).toBeUndefined();
    await store.events.seal(100);
    expect((await store.events.sealed(0, 100)).map(({ type }) => type)).toContain('package.approve');
  });

  test('an approval among later versions counts as a change of what was there', async () => {
    const stageId = await stage('1.0.0');
    await store.catalogue.publish(publishCommand(registry, anna, '2.0.0'));
    const { history } = await head();
    await store.stagedVersions.approve(decision(stageId));
    expect((await head()).history).toBe(history + 1);
    expect(await versionsOf()).toEqual(['1.0.0', '2.0.0']);
  });

  test('of two who approve at once one does', async () => {
    const stageId = await stage('1.0.0');
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map(() => store.stagedVersions.approve(decision(stageId))),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual([
      'not_found',
      'not_found',
      'not_found',
    ]);
    expect((await head()).revision).toBe(1);
  });

  test('of an approval and a rejection at once one happens, whole', async () => {
    const stageId = await stage('1.0.0');
    const [approved, rejected] = await Promise.allSettled([
      store.stagedVersions.approve(decision(stageId)),
      store.stagedVersions.reject(decision(stageId)),
    ]);
    expect([approved.status, rejected.status].toSorted()).toEqual(['fulfilled', 'rejected']);
    const there = await store.catalogue.findArtifact(registry.id, 'demo', 'demo-1.0.0.tgz');
    expect(there !== undefined).toBe(approved.status === 'fulfilled');
  });

  test('only an owner decides, or who may override that', async () => {
    const stageId = await stage('1.0.0');
    for (const decide of [store.stagedVersions.approve, store.stagedVersions.reject]) {
      await expect(decide(decision(stageId, { actorId: berta.id }))).rejects.toMatchObject({
        code: 'not_owner',
      });
    }
    await store.stagedVersions.approve(decision(stageId, { actorId: berta.id, overrideOwnership: true }));
  });

  test('a rejected version is gone and its number free', async () => {
    const stageId = await stage('1.0.0');
    await store.stagedVersions.reject(decision(stageId));
    expect(await store.stagedVersions.find(registry.id, stageId)).toBeUndefined();
    await expect(store.stagedVersions.reject(decision(stageId))).rejects.toMatchObject({ code: 'not_found' });
    const again = await stage('1.0.0', { artifacts: [artifact('demo-1.0.0.tgz', 'other bytes')] });
    await store.stagedVersions.reject(decision(again));
    await store.catalogue.publish(
      publishCommand(registry, anna, '1.0.0', { artifacts: [artifact('demo-1.0.0.tgz', 'third bytes')] }),
    );
    expect(await versionsOf()).toEqual(['1.0.0']);
  });

  test('the bytes of a staged version are kept, those of a rejected one are given to the sweeper', async () => {
    const file = artifact('demo-1.0.0.tgz', 'bytes of demo');
    const key = file.key ?? missing();
    const stageId = await stage('1.0.0', { artifacts: [file] });
    expect(await store.catalogue.barKey(key, at)).toBe(false);
    expect(await store.catalogue.knownKeys([key])).toEqual(new Set([key]));
    await store.stagedVersions.reject(decision(stageId));
    expect(await store.catalogue.knownKeys([key])).toEqual(new Set());
    expect(await store.catalogue.barKey(key, at)).toBe(true);
  });

  test('bytes that another version has as well outlive a rejection', async () => {
    const file = artifact('demo-1.0.0.tgz', 'same bytes');
    await store.catalogue.publish(publishCommand(registry, anna, '1.0.0', { artifacts: [file] }));
    const stageId = await stage('2.0.0', { artifacts: [{ ...file, file: 'demo-2.0.0.tgz', key: null }] });
    await store.stagedVersions.reject(decision(stageId));
    expect(await store.catalogue.findArtifact(registry.id, 'demo', 'demo-1.0.0.tgz')).toBeDefined();
  });

  test('verify takes a staged version for neither damage nor an orphan', async () => {
    const file = artifact('demo-1.0.0.tgz', 'bytes');
    await stage('1.0.0', { artifacts: [file] });
    const rejected = await stage('2.0.0');
    await store.stagedVersions.reject(decision(rejected));
    expect(await store.catalogue.danglingReferences()).toEqual([]);
    const report = await verify({
      catalogue: store.catalogue,
      blobs: {
        open: async () => [Buffer.from('bytes')] as never,
        list: async function* () {
          yield { key: file.key ?? missing(), size: 5, modifiedAt: at };
        } as never,
      },
    });
    expect(report).toMatchObject({ blobs: 1, orphans: 0, problems: [] });
  });

  test('unpublishing the whole package leaves what is staged to its approval', async () => {
    await store.catalogue.publish(publishCommand(registry, anna, '1.0.0'));
    const stageId = await stage('2.0.0');
    await store.catalogue.unpublish({
      ...decision(stageId),
      versions: 'all',
      tags: null,
      expectedRevision: null,
    });
    expect((await head()).removedAt).not.toBeNull();
    await store.stagedVersions.approve(decision(stageId));
    expect(await versionsOf()).toEqual(['2.0.0']);
    expect((await head()).removedAt).toBeNull();
  });
});

function missing(): never {
  throw new Error('it is not there');
}
