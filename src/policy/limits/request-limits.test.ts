import { beforeEach, describe, expect, test } from 'vitest';
import { nobodyAt, type Principal } from '../../accounts/index.ts';
import { isFault } from '../../kernel/index.ts';
import { defaultLimits, RequestLimits, type Counters, type Limits } from './index.ts';

/** Counts nothing: what is tested here happens before. */
const deaf: Counters = {
  shared: false,
  take: () => Promise.resolve(0),
  wait: () => Promise.resolve(0),
  settle: () => Promise.resolve([]),
  failures: () => Promise.resolve({ count: 0, wait: 0 }),
  fail: () => Promise.resolve({ count: 1, wait: 0 }),
  forgive: () => Promise.resolve(),
};

let now: number;
beforeEach(() => {
  now = 1_000_000;
});
const limitsWith = (limits: Partial<Limits> = {}, counters = deaf) =>
  new RequestLimits({ counters, limits: { ...defaultLimits, ...limits }, clock: () => now });

const anna: Principal = {
  kind: 'user',
  user: { id: 7, name: 'anna', email: null, role: 'user', createdAt: 0, disabledAt: null },
  scopes: ['read'],
  tokenId: 1,
  limits: null,
  expiresAt: null,
  bypassSecondFactor: false,
  via: 'token:1',
  address: null,
};

/** How many of `times` reads are let through. */
function reads(limits: RequestLimits, address: string, times: number): number {
  let passed = 0;
  for (let time = 0; time < times; time += 1) passed += limits.read(address) === undefined ? 1 : 0;
  return passed;
}

describe('reads', () => {
  test('the default lets an office install 2,000 packages ten times at once', () => {
    expect(reads(limitsWith(), '192.0.2.1', 40_000)).toBe(40_000);
  });

  test('a flood meets the limit and is told when to come again', () => {
    const limits = limitsWith({ read: { count: 10, per: 60_000 } });
    expect(reads(limits, '192.0.2.1', 50)).toBe(10);
    const fault = limits.read('192.0.2.1');
    expect(isFault(fault, 'rate_limited') && fault.retryAfter).toBe(6);
    now += 6_000;
    expect(reads(limits, '192.0.2.1', 50)).toBe(1);
  });

  test('addresses of one IPv6 network count as one', () => {
    const limits = limitsWith({ read: { count: 10, per: 60_000 } });
    expect(reads(limits, '2001:db8:1:2::1', 8) + reads(limits, '2001:db8:1:2:ffff::9', 8)).toBe(10);
    expect(reads(limits, '2001:db8:1:3::1', 8)).toBe(8);
  });

  test('one user is counted wherever they come from', () => {
    const limits = limitsWith({ read: { count: 3, per: 60_000 } });
    const refused = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'].map(
      (address) => limits.readBy(anna, address) !== undefined,
    );
    expect(refused).toEqual([false, false, false, true]);
    expect(limits.readBy(nobodyAt('192.0.2.4'), '192.0.2.4')).toBeUndefined();
  });

  test('programs of this machine are counted only by a figure that somebody set', () => {
    for (const address of ['127.0.0.1', '::1']) {
      expect(reads(limitsWith(), address, 100_000)).toBe(100_000);
      expect(reads(limitsWith({ read: { ...defaultLimits.read } }), address, 100_000)).toBe(60_000);
    }
  });

  test('what other replicas have spent is spent here', async () => {
    const told: unknown[] = [];
    const shared: Counters = {
      ...deaf,
      shared: true,
      settle: (spendings) => {
        told.push(...spendings.map(({ key, cost }) => [key, cost]));
        return Promise.resolve(spendings.map(() => 60_000));
      },
    };
    const limits = limitsWith({ read: { count: 100, per: 60_000 } }, shared);
    expect(reads(limits, '192.0.2.1', 5)).toBe(5);
    await limits.share();
    expect(told).toEqual([['read:192.0.2.1', 5]]);
    expect(reads(limits, '192.0.2.1', 5)).toBe(0);
    await limits.share();
    expect(told).toHaveLength(1);
  });

  test('much spent is told at once', async () => {
    let told = 0;
    const shared: Counters = {
      ...deaf,
      shared: true,
      settle: (spendings) => {
        told += spendings.length;
        return Promise.resolve(spendings.map(() => 0));
      },
    };
    const limits = limitsWith({ read: { count: 100, per: 60_000 } }, shared);
    reads(limits, '192.0.2.1', 10);
    await Promise.resolve();
    expect(told).toBe(1);
  });
});
