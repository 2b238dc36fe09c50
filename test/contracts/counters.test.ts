import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/index.ts';
import type { Limit } from '../../src/policy/index.ts';
import { MemoryCounters } from '../../src/storage/memory/index.ts';
import { RedisCounters } from '../../src/storage/redis/index.ts';
import { startRedis, whyNoRedis, type RedisServer } from '../setup/redis.ts';
import { countersContract } from './counters.ts';

describe('in memory', () => {
  countersContract(() => {
    let now = 1_000_000;
    return Promise.resolve({
      counters: new MemoryCounters(() => now),
      pass: (ms) => {
        now += ms;
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
  });

  test('a flood of addresses takes bounded memory, and the last ones are still counted', async () => {
    const limit: Limit = { count: 1, per: 60_000 };
    const counters = new MemoryCounters(() => 1_000_000, 100);
    for (let place = 0; place < 10_000; place += 1) await counters.take(`a${place}`, limit);
    expect(await counters.take('a9999', limit)).toBe(60_000);
    expect(await counters.take('a0', limit)).toBe(0);
  });
});

const noRedis = await whyNoRedis();

describe.skipIf(noRedis !== undefined)('in Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  const opened: RedisCounters[] = [];
  afterAll(() => {
    for (const counters of opened) counters.close();
  });

  const changes: string[] = [];
  const open = (url: string, prefix = 'test:') => {
    const counters = new RedisCounters({
      url,
      prefix,
      fallback: new MemoryCounters(systemClock),
      onChange: (state) => changes.push(state),
    });
    opened.push(counters);
    return counters;
  };

  /** Each test has its own keys: a prefix stands for an empty Redis. */
  let tests = 0;
  countersContract(() => {
    tests += 1;
    return Promise.resolve({
      counters: open(redis.url, `${tests}:`),
      pass: (ms) => sleep(ms),
      close: () => Promise.resolve(),
    });
  });

  test('[A-79] replicas count together', async () => {
    const limit: Limit = { count: 10, per: 3_600_000 };
    const [one, two] = [open(redis.url), open(redis.url)];
    const waits = await Promise.all(
      Array.from({ length: 40 }, (_, place) => (place % 2 === 0 ? one : two).take('shared', limit)),
    );
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
  });

  test('while Redis is away or hangs each process counts by itself, and says so once', async () => {
    const limit: Limit = { count: 2, per: 3_600_000 };
    const own = await startRedis();
    const counters = open(own.url);
    changes.length = 0;
    expect(await counters.take('a', limit)).toBe(0);
    own.pause();
    expect([await counters.take('a', limit), await counters.take('a', limit)]).toEqual([0, 0]);
    expect(await counters.take('a', limit)).toBeGreaterThan(0);
    await own.kill();
    expect(await counters.take('a', limit)).toBeGreaterThan(0);
    expect(changes).toEqual(['away']);
    await startRedis(own.port);
    const tried = async () => {
      await counters.wait('b', limit);
      return changes;
    };
    await expect.poll(tried, { timeout: 15_000 }).toEqual(['away', 'back']);
  });

  test('a Redis that never was there does not keep anything from starting', async () => {
    const counters = open('redis://127.0.0.1:1');
    const limit: Limit = { count: 1, per: 3_600_000 };
    expect(await counters.take('a', limit)).toBe(0);
    expect(await counters.take('a', limit)).toBeGreaterThan(0);
  });
});
