import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { theCommandLine } from '../../src/ledger/index.ts';
import type { AddBlockCommand, RegistryRow } from '../../src/registry/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { at } from './catalogue-fixtures.ts';
import { adapters, freshStore } from './stores.ts';

describe.each(adapters)('Blocks on $name', (adapter) => {
  let store: SqlStore;
  let close: () => Promise<void>;
  let npm: RegistryRow;
  let other: RegistryRow;

  beforeEach(async () => {
    ({ store, close } = await freshStore(adapter));
    npm = await store.catalogue.createRegistry('npm', 'npm', at, theCommandLine);
    other = await store.catalogue.createRegistry('other', 'npm', at, theCommandLine);
  });
  afterEach(() => close());

  const add = (pattern: string, more: Partial<AddBlockCommand> = {}) =>
    store.blocks.add({
      registryId: null,
      pattern,
      range: null,
      reason: 'it steals tokens',
      advisory: null,
      event: {
        type: 'gate.block',
        at,
        actor: { ...theCommandLine, name: 'anna' },
        registry: null,
        package: pattern,
        version: null,
        detail: {},
      },
      ...more,
    });
  const patternsOn = async (registry: RegistryRow, name: string) =>
    ((await store.blocks.on(registry, [name])).get(name) ?? []).map(({ id }) => id);
  const revisionOf = async ({ id }: RegistryRow) =>
    (await store.rights.of(id, 'demo', null))?.policyRevision ?? -1;

  test('a block is kept as it was set, and goes when it is removed', async () => {
    const row = await add('demo', { registryId: npm.id, range: '1.x', advisory: 'MAL-2026-1' });
    expect(row).toEqual({
      id: row.id,
      registry: 'npm',
      pattern: 'demo',
      range: '1.x',
      reason: 'it steals tokens',
      advisory: 'MAL-2026-1',
      by: 'anna',
      createdAt: at,
    });
    expect(await store.blocks.list()).toEqual([row]);
    expect((await store.blocks.on(npm, ['demo', 'else'])).get('demo')).toEqual([
      {
        id: String(row.id),
        range: '1.x',
        reason: 'it steals tokens',
        advisory: 'MAL-2026-1',
        since: at,
      },
    ]);
    const command = { id: row.id, by: theCommandLine, at };
    expect(await store.blocks.remove(command)).toEqual(row);
    await expect(store.blocks.remove(command)).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.blocks.list()).toEqual([]);
    expect(await patternsOn(npm, 'demo')).toEqual([]);
  });

  test('a block concerns its registry, or all, and the names that its pattern covers', async () => {
    const ids = [
      await add('demo'),
      await add('@acme/*', { registryId: npm.id }),
      await add('*', { registryId: other.id }),
      await add('de*'),
    ].map(({ id }) => String(id));
    expect(await patternsOn(npm, 'demo')).toEqual([ids[0], ids[3]]);
    expect(await patternsOn(npm, '@acme/ui')).toEqual([ids[1]]);
    expect(await patternsOn(npm, 'else')).toEqual([]);
    expect(await patternsOn(other, 'demo')).toEqual([ids[0], ids[2], ids[3]]);
    const both = await store.blocks.on(npm, ['demo', '@acme/ui', 'else']);
    expect([...both.keys()]).toEqual(['demo', '@acme/ui']);
  });

  test('every change raises the policy of the registries that it concerns, and nothing else', async () => {
    const [first, second] = [await revisionOf(npm), await revisionOf(other)];
    const { id } = await add('demo', { registryId: npm.id });
    expect([await revisionOf(npm), await revisionOf(other)]).toEqual([first + 1, second]);
    await add('demo');
    expect([await revisionOf(npm), await revisionOf(other)]).toEqual([first + 2, second + 1]);
    await store.blocks.remove({ id, by: theCommandLine, at });
    expect([await revisionOf(npm), await revisionOf(other)]).toEqual([first + 3, second + 1]);
  });

  test('both are told in the ledger, with what was blocked and why', async () => {
    const { id } = await add('demo', { registryId: npm.id, range: '1.x' });
    await store.blocks.remove({ id, by: theCommandLine, at });
    await store.events.seal(100);
    const events = await store.events.sealed(0, 100);
    const detail = { block: id, range: '1.x', reason: 'it steals tokens', advisory: null };
    expect(events.filter(({ type }) => type.startsWith('gate.'))).toMatchObject([
      { type: 'gate.block', package: 'demo', actor: { name: 'anna' }, detail },
      { type: 'gate.unblock', registry: 'npm', package: 'demo', detail },
    ]);
  });
});
