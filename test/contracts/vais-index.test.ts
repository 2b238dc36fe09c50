import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../src/accounts/index.ts';
import { IndexDocuments } from '../../src/doors/vais/index.ts';
import { semverRanges, systemClock } from '../../src/kernel/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import { defaultPolicy, Gate, type RegistryRevisions, type RegistryRow } from '../../src/registry/index.ts';
import { openSqlStore, type SqlStore } from '../../src/storage/sql/index.ts';
import { readIndex } from '../setup/vais-index.ts';
import { at, event, publishCommand, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore, type FreshStore } from './stores.ts';

const nobody = { kind: 'nobody', address: null } as const;

/** The index as a server makes it that has opened the store. */
function indexOn(
  store: SqlStore,
  warn: (message: string) => void = () => undefined,
  more: Partial<RegistryRevisions> = {},
): IndexDocuments {
  const gate = new Gate({
    blocks: store.blocks,
    advisories: store.advisories,
    policies: { of: () => Promise.resolve(defaultPolicy) },
    ranges: new Map([['vais', semverRanges]]),
    clock: systemClock,
  });
  const rulesOf = async (registry: RegistryRow, names: string[]) => {
    const sight = await store.rights.of(registry.id, '', null);
    return gate.rulesOf(registry, names, sight?.policyRevision ?? 0);
  };
  const { catalogue, registryRevisions } = store;
  const revisions = { ...registryRevisions, ...more };
  return new IndexDocuments({ catalogue, revisions, reader: { rulesOf }, warn });
}

describe.each(adapters)('The index of a Vais registry on $name', (adapter) => {
  let fresh: FreshStore;
  let replicas: SqlStore[];
  let vais: RegistryRow;
  let anna: User;

  beforeEach(async () => {
    fresh = await freshStore(adapter);
    const others = await Promise.all(
      (adapter.replicas ? [1, 2] : []).map(async () => openSqlStore(fresh.location, { create: false })),
    );
    replicas = [fresh.store, ...others.map(({ store }) => store)];
    vais = await fresh.store.catalogue.createRegistry('vais', 'vais', at, theServer);
    anna = await fresh.store.accounts.createUser(testUser('anna'));
  });
  afterEach(async () => {
    await Promise.all(replicas.slice(1).map((store) => store.close()));
    await fresh.close();
  });

  const publish = (store: SqlStore, name: string, version = '1.0.0', description = '') =>
    store.catalogue.publish(
      publishCommand(vais, anna, version, {
        name,
        tags: [],
        fallbackTag: null,
        raisesDefault: true,
        manifest: JSON.stringify({ name, version, description }),
        summary: JSON.stringify({ version, checksum: 'a'.repeat(64) }),
      }),
    );

  test('has at the next look on every replica what was acknowledged on any, and loses nothing', async () => {
    const indexes = replicas.map((store) => indexOn(store));
    const read = async (index: IndexDocuments) =>
      readIndex((await index.of(vais, nobody)).document.plain().toString());
    const names = Array.from({ length: 24 }, (_, place) => `p-${place % 8}@${1 + Math.floor(place / 8)}.0.0`);
    await Promise.all(
      names.map(async (each, place) => {
        const [name = '', version = ''] = each.split('@');
        await publish(replicas[place % replicas.length] ?? fresh.store, name, version);
        for (const index of indexes) {
          expect((await read(index)).get(name)?.map((entry) => entry.version)).toContain(version);
        }
      }),
    );
    const seen = await Promise.all(indexes.map((index) => index.of(vais, nobody)));
    const listed = [...readIndex(seen[0]?.document.plain().toString() ?? '')];
    expect(
      listed.flatMap(([name, versions]) => versions.map(({ version }) => `${name}@${version}`)).toSorted(),
    ).toEqual(names.toSorted());
    // However each of them came by it, and a server that starts now.
    const late = await indexOn(fresh.store).of(vais, nobody);
    expect(new Set([...seen, late].map(({ document }) => document.etag)).size).toBe(1);
  });

  test('is complete when it is longer than the original client reads, and says so once', async () => {
    const warnings: string[] = [];
    const index = indexOn(fresh.store, (message) => warnings.push(message));
    const told: number[] = [];
    for (const name of ['one', 'two', 'three', 'four']) {
      await publish(fresh.store, name, '1.0.0', 'x'.repeat(4 * 1024 * 1024));
      const { document } = await index.of(vais, nobody);
      expect((JSON.parse(document.plain().toString()) as unknown[]).length).toBe(told.length + 1);
      told.push(warnings.length);
    }
    expect(told).toEqual([0, 0, 1, 1]);
    expect(warnings).toEqual([expect.stringMatching(/^the index of the registry vais has 125\d{5} bytes/)]);
  });

  test('never shows everybody what was published after its package was hidden', async () => {
    await publish(fresh.store, 'one');
    const { registryRevisions, catalogue } = fresh.store;
    let before = true;
    // As if both happened between the two readings of an update.
    const changedSince: RegistryRevisions['changedSince'] = async (...asked) => {
      const changes = await registryRevisions.changedSince(...asked);
      if (!before) return changes;
      before = false;
      const command = { registryId: vais.id, name: 'one', actorId: anna.id, overrideOwnership: false, at };
      await catalogue.setVisibility({
        ...command,
        event: event('package.visibility', 'one', null),
        visibility: 'private',
      });
      await publish(fresh.store, 'one', '2.0.0');
      return changes;
    };
    const index = indexOn(fresh.store, undefined, { changedSince });
    expect((await index.of(vais, nobody)).document.plain().toString()).toBe('[]');
    expect(before).toBe(false);
  });

  test('loses a package that is unpublished, and has it when it comes back', async () => {
    const index = indexOn(fresh.store);
    const names = async () => [
      ...readIndex((await index.of(vais, nobody)).document.plain().toString()).keys(),
    ];
    await publish(fresh.store, 'one');
    await publish(fresh.store, 'two');
    expect(await names()).toEqual(['one', 'two']);
    await fresh.store.catalogue.unpublish({
      registryId: vais.id,
      name: 'one',
      actorId: anna.id,
      overrideOwnership: false,
      at,
      event: event('package.unpublish', 'one', null),
      versions: 'all',
      tags: null,
      expectedRevision: null,
    });
    expect(await names()).toEqual(['two']);
    await publish(fresh.store, 'one', '2.0.0');
    expect(await names()).toEqual(['one', 'two']);
  });
});
