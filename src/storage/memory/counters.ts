import type { Clock } from '../../kernel/index.ts';
import {
  BoundedMap,
  Buckets,
  waitAfter,
  type Backoff,
  type Counters,
  type Failures,
  type Limit,
  type Spending,
} from '../../policy/index.ts';

/** Addresses and accounts at a time; about 100 bytes each. */
const MOST = 100_000;

interface FailureRow {
  count: number;
  waitUntil: number;
  forgetAt: number;
}

/** Counts of this process alone. */
export class MemoryCounters implements Counters {
  readonly shared = false;
  readonly #clock: Clock;
  readonly #buckets: Buckets;
  readonly #failures: BoundedMap<FailureRow>;

  constructor(clock: Clock, most = MOST) {
    this.#clock = clock;
    this.#buckets = new Buckets(clock, most);
    this.#failures = new BoundedMap(most);
  }

  take(key: string, limit: Limit): Promise<number> {
    return Promise.resolve(this.#buckets.take(key, limit));
  }

  wait(key: string, limit: Limit): Promise<number> {
    return Promise.resolve(this.#buckets.wait(key, limit));
  }

  settle(spendings: readonly Spending[]): Promise<number[]> {
    return Promise.resolve(spendings.map(({ key, limit, cost }) => this.#buckets.spend(key, limit, cost)));
  }

  failures(key: string): Promise<Failures> {
    const now = this.#clock();
    const row = this.#known(key, now);
    return Promise.resolve({ count: row?.count ?? 0, wait: Math.max(0, (row?.waitUntil ?? 0) - now) });
  }

  fail(key: string, backoff: Backoff): Promise<Failures> {
    const now = this.#clock();
    const count = (this.#known(key, now)?.count ?? 0) + 1;
    const wait = waitAfter(count, backoff);
    this.#failures.set(key, { count, waitUntil: now + wait, forgetAt: now + backoff.forget });
    return Promise.resolve({ count, wait });
  }

  forgive(key: string): Promise<void> {
    this.#failures.delete(key);
    return Promise.resolve();
  }

  #known(key: string, now: number): FailureRow | undefined {
    const row = this.#failures.get(key);
    return row && row.forgetAt > now ? row : undefined;
  }
}
