import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../kernel/index.ts';
import type { Leases } from '../ledger/index.ts';

export interface PeriodicJob {
  name: string;
  /** Milliseconds from the end of one run to the beginning of the next. */
  interval: number;
  /** True for what each replica does for itself: no lease is asked for. */
  everywhere?: boolean;
  run(): Promise<unknown>;
}

export interface JobOptions {
  leases: Leases;
  /** Who holds the leases; no two replicas may have the same. */
  holder: string;
  clock: Clock;
  onError(job: string, error: unknown): void;
}

/** A lease outlives one period by far, so that a slow run keeps it, and ends soon after a replica died. */
const LEASE_SLACK = 30_000;

/**
 * Runs jobs again and again, each on one replica at a time: whoever holds the job's lease. Returns a stop that waits for the
 * run under way.
 */
export function startJobs(jobs: PeriodicJob[], options: JobOptions): { stop(): Promise<void> } {
  const ending = new AbortController();
  const loops = jobs.map((job) => loop(job, options, ending.signal));
  return {
    stop: async () => {
      ending.abort();
      await Promise.all(loops);
      await Promise.all(
        jobs.map(({ name }) => options.leases.release(name, options.holder).catch(() => undefined)),
      );
    },
  };
}

async function loop(job: PeriodicJob, options: JobOptions, signal: AbortSignal): Promise<void> {
  const { leases, holder, clock, onError } = options;
  const ttl = job.interval + LEASE_SLACK;
  // An idle server must not write to its disk twice a second: a lease is renewed when half of it has passed.
  let renewAt = 0;
  while (!signal.aborted) {
    try {
      const now = clock();
      let mine = job.everywhere === true || now < renewAt;
      if (!mine) {
        mine = await leases.acquire(job.name, holder, now, ttl);
        renewAt = mine ? now + ttl / 2 : 0;
      }
      if (mine) await job.run();
    } catch (error) {
      renewAt = 0;
      onError(job.name, error);
    }
    await sleep(job.interval, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
