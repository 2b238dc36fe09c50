import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqlStore } from './index.ts';

async function open(path: string) {
  const { store } = await openSqlStore({ kind: 'sqlite', path }, { create: true });
  onTestFinished(() => store.close());
  return store;
}

test('a commit changes the number, be it of this process or of another; a read does not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kontor-changes-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'kontor.db');
  const store = await open(path);
  // A connection of its own, as an admin command beside the server has.
  const other = await open(path);
  const numbers = [store.changes?.()];
  await store.catalogue.registries();
  expect(store.changes?.()).toBe(numbers[0]);
  await store.leases.acquire('one', 'us', 1, 1000);
  numbers.push(store.changes?.());
  await other.leases.acquire('two', 'them', 1, 1000);
  numbers.push(store.changes?.());
  expect(store.changes?.()).toBe(numbers[2]);
  expect(numbers.every((number) => typeof number === 'number')).toBe(true);
  expect(new Set(numbers).size).toBe(3);
});
