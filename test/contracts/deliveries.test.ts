import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Deliveries } from '../../src/ledger/index.ts';
import { adapters, freshStore } from './stores.ts';

describe.each(adapters)('Deliveries on $name', (adapter) => {
  let deliveries: Deliveries;
  let close: () => Promise<void>;
  beforeEach(async () => {
    const opened = await freshStore(adapter);
    ({ close } = opened);
    ({ deliveries } = opened.store);
  });
  afterEach(() => close());

  const reader = 'mail';
  const at = 1_700_000_000_000;
  const note = (from: number | undefined, to: number, ...bodies: string[]) =>
    deliveries.note({ reader, from, to, at, bodies: bodies.map((to_) => ({ to: to_ })) });
  const claim = (now = at, limit = 10) => deliveries.claim({ reader, now, until: now + 1000, limit });

  test('a reader begins once and goes on from where it is', async () => {
    expect(await deliveries.position(reader)).toBeUndefined();
    expect(await note(undefined, 5, 'anna')).toBe(true);
    expect(await note(undefined, 5, 'anna')).toBe(false);
    expect(await note(4, 6, 'anna')).toBe(false);
    expect(await note(5, 9, 'berta')).toBe(true);
    expect(await deliveries.position(reader)).toBe(9);
    expect(await deliveries.position('webhooks')).toBeUndefined();
    expect((await claim()).map(({ body }) => body)).toEqual([{ to: 'anna' }, { to: 'berta' }]);
  });

  test('of two replicas that note the same step one does', async () => {
    await note(undefined, 1);
    const noted = await Promise.all([1, 2, 3, 4].map(() => note(1, 2, 'anna')));
    expect(noted.filter(Boolean)).toHaveLength(1);
    expect(await claim()).toHaveLength(1);
  });

  test('what is claimed is nobody else’s until its time is over', async () => {
    await note(undefined, 1, 'a', 'b', 'c', 'd', 'e', 'f');
    const claimed = await Promise.all([claim(at, 2), claim(at, 2), claim(at, 2)]);
    const ids = claimed.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(0);
    const again = await claim(at + 1000);
    expect(again.filter(({ id }) => ids.includes(id)).every(({ tries }) => tries === 1)).toBe(true);
    expect(again).toHaveLength(6);
  });

  test('what is finished is gone, and what is postponed comes later', async () => {
    await note(undefined, 1, 'a', 'b');
    const [first, second] = await claim();
    expect([first?.tries, first?.createdAt]).toEqual([0, at]);
    await deliveries.finish(first?.id ?? 0);
    await deliveries.postpone({ id: second?.id ?? 0, dueAt: at + 60_000 });
    expect(await claim(at + 59_999)).toEqual([]);
    expect(await claim(at + 60_000)).toEqual([
      { id: second?.id, body: { to: 'b' }, createdAt: at, tries: 1 },
    ]);
  });
});
