import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Backoff, Counters, Limit } from '../../src/policy/index.ts';

export interface CountersUnderTest {
  counters: Counters;
  /** Lets so many milliseconds pass. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Long enough that nothing refills during a test by itself. */
const hourly: Limit = { count: 3, per: 3_600_000 };
const backoff: Backoff = { free: 2, first: 10_000, most: 35_000, forget: 3_600_000 };

/** What every adapter of the counters must do. */
export function countersContract(open: () => Promise<CountersUnderTest>): void {
  let under: CountersUnderTest;
  let counters: Counters;
  beforeEach(async () => {
    under = await open();
    counters = under.counters;
  });
  afterEach(() => under.close());

  const take = async (key: string, times: number, limit = hourly) => {
    const waits: number[] = [];
    for (let time = 0; time < times; time += 1) waits.push(await counters.take(key, limit));
    return waits;
  };

  test('a bucket gives what it holds and then says how long to wait', async () => {
    const [a, b, c, refused = 0] = await take('a', 4);
    expect([a, b, c]).toEqual([0, 0, 0]);
    expect(refused).toBeGreaterThan(1_190_000);
    expect(refused).toBeLessThanOrEqual(1_200_000);
  });

  test('what is refused costs nothing, and asking neither', async () => {
    expect(await counters.wait('a', hourly)).toBe(0);
    await take('a', 3);
    const before = await counters.wait('a', hourly);
    await take('a', 5);
    expect(before).toBeGreaterThan(0);
    expect(await counters.wait('a', hourly)).toBeLessThanOrEqual(before);
  });

  test('keys do not know each other', async () => {
    await take('a', 3);
    expect(await take('b', 3)).toEqual([0, 0, 0]);
  });

  test('a bucket refills evenly', async () => {
    const quick: Limit = { count: 2, per: 400 };
    expect(await take('a', 2, quick)).toEqual([0, 0]);
    await under.pass(250);
    expect(await take('a', 1, quick)).toEqual([0]);
  });

  test('what was spent elsewhere is missing here', async () => {
    await take('a', 1);
    const [full = 0] = await counters.settle([{ key: 'a', limit: hourly, cost: 2 }]);
    expect(full).toBeGreaterThan(3_590_000);
    expect((await counters.take('a', hourly)) > 0).toBe(true);
  });

  test('a debt ends: it is never more than a second bucket', async () => {
    const [full = 0] = await counters.settle([{ key: 'a', limit: hourly, cost: 1_000_000 }]);
    expect(full).toBeLessThanOrEqual(2 * hourly.per);
  });

  test('failures cost nothing at first, then ever longer waits up to the longest', async () => {
    const waits: number[] = [];
    for (let time = 0; time < 6; time += 1) waits.push((await counters.fail('a', backoff)).wait);
    expect(waits).toEqual([0, 0, 10_000, 20_000, 35_000, 35_000]);
    const { count, wait } = await counters.failures('a');
    expect(count).toBe(6);
    expect(wait).toBeGreaterThan(30_000);
    expect(await counters.failures('b')).toEqual({ count: 0, wait: 0 });
  });

  test('what is forgiven is forgotten', async () => {
    for (let time = 0; time < 6; time += 1) await counters.fail('a', backoff);
    await counters.forgive('a');
    expect(await counters.failures('a')).toEqual({ count: 0, wait: 0 });
  });

  test('failures are forgotten when none has come for long enough', async () => {
    const short = { ...backoff, forget: 100 };
    await counters.fail('a', short);
    await counters.fail('a', short);
    await under.pass(150);
    expect(await counters.fail('a', short)).toEqual({ count: 1, wait: 0 });
  });

  test('of many at once exactly as many are let through as the bucket holds', async () => {
    const waits = await Promise.all(Array.from({ length: 50 }, () => counters.take('a', hourly)));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
  });
}
