import type { Logger } from 'pino';
import { systemClock } from '../kernel/index.ts';
import { CacheKeeper } from '../upstream/index.ts';
import type { Values } from './config/index.ts';
import type { PeriodicJob } from './jobs.ts';
import type { Kontor } from './kontor.ts';

/** How soon what is pulled is counted, milliseconds: no disk that is nearly full fills up meanwhile. */
const INTERVAL = 60_000;

/** Keeps what was pulled from upstreams below its cap, and forgets old answers that there is no such package. */
export function cacheJob(
  { store, catalogue, policies, blobs }: Kontor,
  { upstreamCacheBytes: cap, sweepInterval }: Values,
  logger: Logger,
): PeriodicJob {
  const keeper = new CacheKeeper({
    cache: store.upstreamCache,
    catalogue,
    policies,
    blobs,
    clock: systemClock,
    cap,
  });
  return {
    name: 'upstream cache',
    interval: Math.min(INTERVAL, sweepInterval),
    run: async () => {
      const done = await keeper.run();
      if (done.versions + done.documents > 0) logger.info(done, 'made room in what is cached of upstreams');
      if (done.over > 0) {
        logger.warn(
          done,
          'what is cached of upstreams takes more than KONTOR_UPSTREAM_CACHE_BYTES, and the rest of it cannot go: it is in use, or could not be fetched again',
        );
      }
    },
  };
}
