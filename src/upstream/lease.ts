import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../kernel/index.ts';
import type { Leases } from '../ledger/index.ts';

/** After so long, in milliseconds, others take over from a replica that died at work; a living one renews in time. */
const TTL = 10_000;
const FIRST_WAIT = 20;
const LONGEST_WAIT = 200;

export interface TurnsOptions {
  leases: Leases;
  clock: Clock;
  /** False where this process has the store for itself: then nothing is written, and nobody waits. */
  shared: boolean;
}

/** Something that one of all replicas is to do. */
export interface Task<T> {
  /** What it is, the same on every replica: kind of thing, registry, name. */
  key: string;
  /** The result if somebody has done it meanwhile, or undefined. Asked again and again while another replica is at it. */
  look: () => Promise<T | undefined>;
  /** Does it, with the result where `look` finds it. Must be correct also when two replicas do it, for a stalled one may have lost its turn. */
  work: () => Promise<T>;
}

/**
 * One after another, across replicas: who has the lease works, the others wait for the result in the database and take over when the
 * lease is given back without one, or its holder died. Concurrent callers in one process are to be joined before (`SingleFlight`).
 */
export class Turns {
  readonly #options: TurnsOptions;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  async take<T>({ key, look, work }: Task<T>): Promise<T> {
    if (!this.#options.shared) return work();
    const { leases, clock } = this.#options;
    const holder = randomUUID();
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      if (await leases.acquire(key, holder, clock(), TTL)) return this.#work(holder, { key, look, work });
      await sleep(wait);
      const done = await look();
      if (done !== undefined) return done;
    }
  }

  async #work<T>(holder: string, { key, look, work }: Task<T>): Promise<T> {
    const { leases, clock } = this.#options;
    const renewal = setInterval(() => {
      // One that fails is followed by the next; one that was lost costs a second worker, no more.
      leases.acquire(key, holder, clock(), TTL).catch(() => undefined);
    }, TTL / 4);
    try {
      // Whoever had it before may have finished between the caller's look and now.
      return (await look()) ?? (await work());
    } finally {
      clearInterval(renewal);
      // It ends by itself if this fails.
      await leases.release(key, holder).catch(() => undefined);
    }
  }
}
