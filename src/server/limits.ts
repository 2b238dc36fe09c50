import type { FastifyBaseLogger } from 'fastify';
import { noGuard, type GuessGuard } from '../accounts/index.ts';
import { systemClock } from '../kernel/index.ts';
import {
  createGuessGuard,
  defaultLimits,
  RequestLimits,
  type Counters,
  type Limit,
  type Limits,
} from '../policy/index.ts';
import { MemoryCounters } from '../storage/memory/index.ts';
import type { SqlStore } from '../storage/sql/index.ts';
import type { LimitChoice, Values } from './config/index.ts';

/** The limits of one server. */
export interface LimitParts {
  /** Undefined: nothing is counted. */
  requests: RequestLimits | undefined;
  guard: GuessGuard;
  /** Tells reads to the other replicas, and learns of theirs. */
  share(): Promise<void>;
  close(): Promise<void>;
}

const nothing = () => Promise.resolve();

/** Puts the rate limits together, with counts in Redis where there is one. */
export async function createLimits(
  values: Values,
  store: Pick<SqlStore, 'id' | 'knownNetworks'>,
  logger: FastifyBaseLogger,
): Promise<LimitParts> {
  if (values.rateLimits === 'off') {
    logger.warn('rate limits are off: let a program in front of this server slow guesses and floods');
    return { requests: undefined, guard: noGuard, share: nothing, close: nothing };
  }
  const { counters, close } = await openCounters(values.redis, store.id, logger);
  const limits = limitsFrom(values);
  const requests = new RequestLimits({ counters, limits, clock: systemClock });
  const guard = createGuessGuard({
    counters,
    networks: store.knownNetworks,
    clock: systemClock,
    registration: limits.registration,
  });
  return { requests, guard, share: () => requests.share(), close };
}

async function openCounters(
  url: string | undefined,
  storeId: string,
  logger: FastifyBaseLogger,
): Promise<{ counters: Counters; close(): Promise<void> }> {
  const local = new MemoryCounters(systemClock);
  if (url === undefined) return { counters: local, close: () => Promise.resolve() };
  // A big library that most servers never need.
  const { RedisCounters } = await import('../storage/redis/index.ts');
  const counters = new RedisCounters({
    url,
    prefix: `kontor:${storeId}:limit:`,
    fallback: local,
    onChange: (state, error) => {
      if (state === 'back') logger.info('Redis answers again: replicas count together');
      else logger.warn({ err: error }, 'Redis does not answer: each replica counts by itself until it does');
    },
  });
  return {
    counters,
    close: () => {
      counters.close();
      return Promise.resolve();
    },
  };
}

function chosen(choice: LimitChoice | undefined, standard: Limit): Limit | undefined {
  return choice === 'off' ? undefined : (choice ?? standard);
}

function limitsFrom(values: Values): Limits {
  return {
    read: chosen(values.limitRead, defaultLimits.read),
    write: chosen(values.limitWrite, defaultLimits.write),
    publish: chosen(values.limitPublish, defaultLimits.publish),
    search: chosen(values.limitSearch, defaultLimits.search),
    login: chosen(values.limitLogin, defaultLimits.login),
    registration: chosen(values.limitRegistration, defaultLimits.registration),
  };
}
