import { setImmediate as nextLoop } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import type { PublishCommand, RegistryRow } from '../../src/registry/index.ts';
import { openSqlStore, type SqlStore } from '../../src/storage/sql/index.ts';
import { at, event, publishCommand, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore, type FreshStore } from './stores.ts';

/** What a reader does who keeps up: the names that have changed since `revision`, and the revision that it has read up to. */
async function follow(store: SqlStore, registry: RegistryRow, revision: number) {
  const names: string[] = [];
  for (let last = revision; ;) {
    const page = await store.registryRevisions.changedSince(registry.id, last, 2);
    names.push(...page.map(({ head }) => head.name));
    const end = page.at(-1);
    if (end === undefined) return { names, revision: last };
    last = end.registryRevision;
  }
}

describe.each(adapters)('Revisions of a registry on $name', (adapter) => {
  let fresh: FreshStore;
  let store: SqlStore;
  let vais: RegistryRow;
  let anna: User;
  let berta: User;

  beforeEach(async () => {
    fresh = await freshStore(adapter);
    store = fresh.store;
    vais = await store.catalogue.createRegistry('vais', 'vais', at, theServer);
    anna = await store.accounts.createUser(testUser('anna'));
    berta = await store.accounts.createUser(testUser('berta'));
  });
  afterEach(() => fresh.close());

  const publish = (name: string, version = '1.0.0', more: Partial<PublishCommand> = {}) =>
    store.catalogue.publish(publishCommand(vais, anna, version, { name, ...more }));
  const by = (name: string) => ({
    registryId: vais.id,
    name,
    actorId: anna.id,
    overrideOwnership: false,
    at,
    event: event('package.change', name, null),
  });
  const revision = async () => (await store.registryRevisions.state(vais.id))?.revision;

  test('begin at 0, and are not counted for formats that need none', async () => {
    expect(await store.registryRevisions.state(vais.id)).toEqual({
      revision: 0,
      policyRevision: 0,
      visibility: 'public',
    });
    const npm = await store.catalogue.createRegistry('npm', 'npm', at, theServer);
    await store.catalogue.publish(publishCommand(npm, anna, '1.0.0'));
    expect(await store.registryRevisions.state(npm.id)).toBeUndefined();
    expect(await follow(store, npm, 0)).toEqual({ names: [], revision: 0 });
    expect(await store.registryRevisions.state(4711)).toBeUndefined();
  });

  test('are raised by every change of a package, which is the last one to have changed then', async () => {
    await publish('one');
    await publish('two');
    await publish('three');
    const changes: [string, () => Promise<unknown>][] = [
      ['one', () => publish('one', '1.1.0')],
      ['two', () => store.catalogue.tag({ ...by('two'), tag: 'next', version: '1.0.0' })],
      ['one', () => store.catalogue.deprecate({ ...by('one'), messages: { '1.0.0': 'old' } })],
      ['three', () => store.catalogue.setVisibility({ ...by('three'), visibility: 'private' })],
      [
        'two',
        () =>
          store.catalogue.setOwners({
            ...by('two'),
            owners: [berta.id],
            expectedRevision: null,
          }),
      ],
      [
        'one',
        () =>
          store.catalogue.unpublish({ ...by('one'), versions: 'all', tags: null, expectedRevision: null }),
      ],
    ];
    for (const [name, change] of changes) {
      const before = (await revision()) ?? 0;
      await change();
      expect(await revision()).toBeGreaterThan(before);
      expect((await follow(store, vais, before)).names).toEqual([name]);
    }
    expect((await follow(store, vais, 0)).names).toEqual(['three', 'two', 'one']);
  });

  test('say of a package that it is gone', async () => {
    await publish('one');
    await store.catalogue.unpublish({ ...by('one'), versions: 'all', tags: null, expectedRevision: null });
    const [change] = await store.registryRevisions.changedSince(vais.id, 0, 10);
    expect(change?.head.removedAt).toBe(at);
  });

  test('stay as they are when a change is refused', async () => {
    await publish('one');
    const before = await revision();
    await expect(publish('one')).rejects.toMatchObject({ code: 'version_exists' });
    expect(await revision()).toBe(before);
  });

  test('go with the changes of policy, and are told at once only of what everybody may see', async () => {
    const { openState } = store.registryRevisions;
    const { state } = store.registryRevisions;
    await store.blocks.add({
      registryId: null,
      pattern: 'one',
      range: null,
      reason: 'no',
      advisory: null,
      event: event('block.add', 'one', null),
    });
    expect(await state(vais.id)).toMatchObject({ policyRevision: 1 });
    if (openState === undefined) return;
    expect(openState(vais.id)).toEqual({ revision: 0, policyRevision: 1 });
    await store.registrySettings.change({
      by: theServer,
      administrator: true,
      at,
      registryId: vais.id,
      change: { visibility: 'internal' },
    });
    expect(openState(vais.id)).toBeUndefined();
  });

  test('list versions of many packages, newest first, with what the default one says', async () => {
    const at2 = at + 1;
    await publish('one', '1.0.0', { manifest: '{"m":1}', summary: '{"s":1}' });
    await publish('one', '0.9.0', {
      manifest: '{"m":2}',
      summary: '{"s":2}',
      at: at2,
      tags: [],
      fallbackTag: null,
    });
    await publish('two', '2.0.0');
    const heads = await store.registryRevisions.changedSince(vais.id, 0, 10);
    const ids = heads.map(({ head }) => head.id);
    const versions = await store.registryRevisions.versionsOf(ids);
    expect(versions.map(({ version, manifest, yanked }) => [version, manifest !== null, yanked])).toEqual([
      ['0.9.0', false, false],
      ['1.0.0', true, false],
      ['2.0.0', true, false],
    ]);
    const owners = await store.registryRevisions.ownersOf(ids);
    expect(ids.map((id) => owners.get(id)?.map(({ name }) => name))).toEqual([['anna'], ['anna']]);
  });

  test('tell which packages a reader may see that others may not', async () => {
    await publish('open');
    await publish('mine', '1.0.0', { visibility: 'private' });
    await publish('ours', '1.0.0', { visibility: 'internal' });
    const names = async (reader: number | 'all' | null) => {
      const ids = await store.registryRevisions.restricted(vais.id, reader);
      const heads = await store.registryRevisions.changedSince(vais.id, 0, 10);
      return ids?.map((id) => heads.find(({ head }) => head.id === id)?.head.name);
    };
    expect(await names(null)).toEqual([]);
    expect(await names(anna.id)).toEqual(['mine', 'ours']);
    expect(await names(berta.id)).toEqual(['ours']);
    expect(await names('all')).toEqual(['mine', 'ours']);
    await store.registrySettings.change({
      by: theServer,
      administrator: true,
      at,
      registryId: vais.id,
      change: { visibility: 'private' },
    });
    expect(await names(null)).toBeUndefined();
    expect(await names(berta.id)).toBeUndefined();
    expect(await names('all')).toEqual(['mine', 'ours']);
  });

  test('hide no change from a reader who keeps up while several replicas publish', async () => {
    const replicas = await Promise.all(
      (adapter.replicas ? [1, 2, 3] : [1]).map(() => openSqlStore(fresh.location, { create: false })),
    );
    const names = replicas.flatMap((_, replica) =>
      Array.from({ length: 20 }, (_each, index) => `pkg-${replica}-${index}`),
    );
    const seen: string[] = [];
    let read = 0;
    let published = 0;
    const keepUp = async () => {
      const next = await follow(store, vais, read);
      seen.push(...next.names);
      read = next.revision;
    };
    const reader = (async () => {
      while (published < names.length) {
        await keepUp();
        // What answers at once would leave the others no turn.
        await nextLoop();
      }
    })();
    await Promise.all(
      replicas.map(({ store: replica }, index) =>
        Promise.all(
          names
            .filter((name) => name.startsWith(`pkg-${index}-`))
            .map(async (name) => {
              const before = (await revision()) ?? 0;
              await replica.catalogue.publish(publishCommand(vais, anna, '1.0.0', { name }));
              expect(await revision()).toBeGreaterThan(before);
              published += 1;
            }),
        ),
      ),
    );
    await reader;
    await keepUp();
    expect(seen.toSorted()).toEqual(names.toSorted());
    expect(read).toBe(await revision());
    await Promise.all(replicas.map((replica) => replica.store.close()));
  });
});
