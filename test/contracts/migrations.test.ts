import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openSqlStore } from '../../src/storage/sql/index.ts';
import { adapters } from './stores.ts';

/** One file each, run in the order of their names. */
const history = readdirSync(new URL('../../src/storage/sql/migrations/', import.meta.url))
  .filter((file) => /^\d{4}-/.test(file))
  .map((file) => file.replace(/\.ts$/, ''))
  .toSorted();

describe.each(adapters)('The schema on $name', (adapter) => {
  test('is made once, whoever opens the store first, and then left alone', async () => {
    const database = await adapter.fresh();
    const first = await openSqlStore(database.location, { create: true });
    const second = await openSqlStore(database.location, { create: false });
    expect(first.migrations).toEqual(history);
    expect(second.migrations).toEqual([]);
    expect(second.store.id).toBe(first.store.id);
    await Promise.all([first.store.close(), second.store.close()]);
    await database.drop();
  });

  test('is made once by three replicas that start at once on an empty database [A-46]', async () => {
    const database = await adapter.fresh();
    const opened = await Promise.all([1, 2, 3].map(() => openSqlStore(database.location, { create: true })));
    expect(opened.flatMap(({ migrations }) => migrations)).toEqual(history);
    expect(new Set(opened.map(({ store }) => store.id)).size).toBe(1);
    await Promise.all(opened.map(({ store }) => store.close()));
    await database.drop();
  });

  test('is not made by a command that only wants to use it', async () => {
    const database = await adapter.fresh();
    await expect(openSqlStore(database.location, { create: false })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(openSqlStore(database.location, { create: false })).rejects.toThrow(
      'There is no Kontor store',
    );
    await database.drop();
  });
});
