import { beforeEach, describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { MemoryCounters } from '../../storage/memory/index.ts';
import { createGuessGuard, defaultLimits } from './index.ts';

let now: number;
let logins: Map<string, number>;
let guard: ReturnType<typeof createGuessGuard>;

beforeEach(() => {
  now = 1_700_000_000_000;
  logins = new Map();
  const clock = () => now;
  guard = createGuessGuard({
    counters: new MemoryCounters(clock),
    clock,
    registration: defaultLimits.registration,
    networks: {
      lastLogin: (userId, network) => Promise.resolve(logins.get(`${userId} ${network}`)),
      remember: ({ userId, network, at }) => {
        logins.set(`${userId} ${network}`, at);
        return Promise.resolve();
      },
    },
  });
});

const ANNA = 7;
const HOME = '192.0.2.1';
const minutes = 60_000;

/** `right`, `wrong`, or how many seconds to wait. */
async function guess(
  right: boolean,
  address: string,
  account: number | string = ANNA,
): Promise<string | number> {
  try {
    return (await guard.guess({ account, address }, () => Promise.resolve(right))) ? 'right' : 'wrong';
  } catch (error) {
    if (isFault(error, 'rate_limited')) return error.retryAfter ?? 0;
    throw error;
  }
}

async function wrong(times: number, address: (time: number) => string, account?: number | string) {
  const answers: (string | number)[] = [];
  for (let time = 0; time < times; time += 1) answers.push(await guess(false, address(time), account));
  return answers;
}

describe('guessing at one account', () => {
  test('from one place gets slower and slower, up to a quarter of an hour', async () => {
    await wrong(10, () => HOME);
    const waits: unknown[] = [];
    for (let time = 0; time < 12; time += 1) {
      expect(await guess(false, HOME)).toBe('wrong');
      const wait = Number(await guess(true, HOME));
      waits.push(wait);
      now += wait * 1000;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  });

  test('keeps its owner out nowhere else, and a right password ends the wait', async () => {
    await wrong(12, () => '198.51.100.1');
    expect(await guess(true, HOME)).toBe('right');
    now += 2 * minutes;
    expect(await guess(true, '198.51.100.1')).toBe('right');
    expect(await wrong(3, () => '198.51.100.1')).toEqual(['wrong', 'wrong', 'wrong']);
  });

  test('from many places gets slow too, but not where the owner has logged in before', async () => {
    expect(await guess(true, HOME)).toBe('right');
    const answers = await wrong(60, (time) => `198.51.100.${time}`);
    expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(31);
    expect(await guess(true, '203.0.113.5')).toBeGreaterThan(0);
    expect(await guess(true, HOME)).toBe('right');
    now += 5 * minutes;
    expect(await guess(true, '203.0.113.5')).toBe('right');
  });

  test('a place is not known for ever', async () => {
    expect(await guess(true, HOME)).toBe('right');
    now += 91 * 24 * 60 * minutes;
    await wrong(40, (time) => `198.51.100.${time}`);
    expect(await guess(true, HOME)).toBeGreaterThan(0);
  });

  test('answers for a name that nobody has as for one that somebody has', async () => {
    const known = await wrong(14, () => HOME, ANNA);
    const unknown = await wrong(14, () => '192.0.2.2', 'nobody-has-this');
    expect(unknown).toEqual(known);
  });

  test('from the addresses of one IPv6 network counts as from one place', async () => {
    await wrong(11, (time) => `2001:db8:1:2::${time}`);
    expect(await guess(true, '2001:db8:1:2:ffff::1')).toBeGreaterThan(0);
    expect(await guess(true, '2001:db8:1:3::1')).toBe('right');
  });

  test('many at once do not escape the wait', async () => {
    await wrong(10, () => HOME);
    let compared = 0;
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () =>
        guard.guess({ account: ANNA, address: HOME }, async () => {
          compared += 1;
          await new Promise((resolve) => setImmediate(resolve));
          return false;
        }),
      ),
    );
    expect(compared).toBe(1);
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(49);
  });
});

test('any number of clients may log in at once with the right password', async () => {
  const answers = await Promise.all(Array.from({ length: 200 }, () => guess(true, HOME)));
  expect(new Set(answers)).toEqual(new Set(['right']));
});

test('one address may not try one password on everybody, and others go on', async () => {
  const answers: (string | number)[] = [];
  for (let user = 1; user <= 70; user += 1) answers.push(await guess(false, HOME, user));
  expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(60);
  expect(answers.at(-1)).toBe(10);
  expect(await guess(true, '192.0.2.2', 70)).toBe('right');
});

test('the server itself is never slowed, and what cannot be compared counts for nothing', async () => {
  await wrong(40, () => HOME);
  expect(await guard.guess({ account: ANNA, address: null }, () => Promise.resolve(true))).toBe(true);
  const broken = () => guard.guess({ account: 8, address: HOME }, () => Promise.reject(new Error('busy')));
  for (let time = 0; time < 20; time += 1) await expect(broken()).rejects.toThrow('busy');
  expect(await guess(false, HOME, 8)).toBe('wrong');
});

/** How many of `times` new accounts are let through. */
async function register(address: string | null, times: number): Promise<number> {
  const answers = await Promise.allSettled(
    Array.from({ length: times }, () => guard.admitRegistration(address)),
  );
  return answers.filter(({ status }) => status === 'fulfilled').length;
}

test('new accounts are counted by address, but not for this machine and the command line', async () => {
  expect(await register(HOME, 50)).toBe(30);
  expect(await register('192.0.2.2', 1)).toBe(1);
  expect(await register('127.0.0.1', 50)).toBe(50);
  expect(await register(null, 50)).toBe(50);
});
