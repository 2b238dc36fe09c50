import type { Limit } from './limit.ts';

/** How long a key must wait that has failed too often. All times are milliseconds. */
export interface Backoff {
  /** So many failures cost nothing. */
  free: number;
  /** The first wait; each further failure doubles it. */
  first: number;
  most: number;
  /** A key that has not failed for so long starts anew. */
  forget: number;
}

/** How often a key has failed, and how long it still must wait. */
export interface Failures {
  count: number;
  /** Milliseconds; 0: need not wait. */
  wait: number;
}

/** What one replica has counted by itself. */
export interface Spending {
  key: string;
  limit: Limit;
  /** Tokens. */
  cost: number;
}

/**
 * Counts that replicas may share. They may be lost at any time, and then limits begin anew: nothing but limits hangs on
 * them. No method rejects; an adapter whose service is down counts by itself.
 */
export interface Counters {
  /** True if other replicas see these counts. */
  readonly shared: boolean;
  /** Takes a token of the bucket. 0, or the milliseconds until there is one; then nothing is taken. */
  take(key: string, limit: Limit): Promise<number>;
  /** What `take` would say, without taking. */
  wait(key: string, limit: Limit): Promise<number>;
  /** Takes what was spent without asking, and tells for each the milliseconds until its bucket is full again. */
  settle(spendings: readonly Spending[]): Promise<number[]>;
  failures(key: string): Promise<Failures>;
  /** Counts a failure. */
  fail(key: string, backoff: Backoff): Promise<Failures>;
  /** Forgets the failures of a key. */
  forgive(key: string): Promise<void>;
}

/** The wait after the failure number `count`. */
export function waitAfter(count: number, { free, first, most }: Backoff): number {
  return count <= free ? 0 : Math.min(most, first * 2 ** Math.min(count - free - 1, 40));
}
