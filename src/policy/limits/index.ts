export { BoundedMap } from './bounded-map.ts';
export { Buckets } from './buckets.ts';
export { waitAfter, type Backoff, type Counters, type Failures, type Spending } from './counters.ts';
export { createGuessGuard } from './guesses.ts';
export type { KnownNetworks } from './known-networks.ts';
export { defaultLimits, type Limit, type LimitClass, type Limits } from './limit.ts';
export { networkOf } from './network.ts';
export { RequestLimits } from './request-limits.ts';
