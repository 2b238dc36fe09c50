import { expect, test } from 'vitest';
import { nobodyAt } from '../accounts/index.ts';
import { lookalikes } from './lookalikes.ts';
import type { RegistryRow, SimilarNames } from './ports/index.ts';

const registry = { id: 1, name: 'npm' } as RegistryRow;

/** A list in order that notes how much is read of it in one turn of the event loop. */
function listed(names: string[], turns: number[]): SimilarNames['names'] {
  return async ({ beginning, after, limit }) => {
    const page = names
      .filter((name) => name.startsWith(beginning) && (after === null || name > after))
      .slice(0, limit);
    if (turns.length === 0) turns.push(0);
    turns.push((turns.pop() ?? 0) + page.length);
    setImmediate(() => turns.push(0));
    return page;
  };
}

test('a long list is compared to its end, in pieces between which others have their turn', async () => {
  const names = Array.from({ length: 3_000 }, (_, index) => `@acme/p${String(index).padStart(5, '0')}`);
  names.push('@acme/utils');
  const turns: number[] = [];
  const similar: SimilarNames = {
    scopes: async () => ['acme'],
    names: listed(names, turns),
    visible: async (query) => query.names,
  };
  expect(await lookalikes(similar, registry, '@acme/utlis', nobodyAt(null))).toEqual(['@acme/utils']);
  expect(turns.reduce((sum, count) => sum + count, 0)).toBe(3_001);
  expect(Math.max(...turns)).toBeLessThanOrEqual(100);
});

test('of a list without end only the beginning is compared', async () => {
  let read = 0;
  const similar: SimilarNames = {
    scopes: async () => ['acme'],
    names: async ({ limit }) => {
      read += limit;
      return Array.from({ length: limit }, () => '@acme/another');
    },
    visible: async (query) => query.names,
  };
  expect(await lookalikes(similar, registry, '@acme/utlis', nobodyAt(null))).toEqual([]);
  expect(read).toBe(5_000);
});
