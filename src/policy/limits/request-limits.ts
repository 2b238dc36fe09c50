import type { Principal } from '../../accounts/index.ts';
import type { Clock, Fault } from '../../kernel/index.ts';
import { Buckets } from './buckets.ts';
import type { Counters, Spending } from './counters.ts';
import { rateLimited } from './guesses.ts';
import { defaultLimits, type Limit, type LimitClass, type Limits } from './limit.ts';
import { isLoopbackAddress, networkOf } from './network.ts';

/** Buckets of reads at a time; about 100 bytes each. */
const MOST = 100_000;
/** Reads are told to the other replicas when this part of a bucket has been spent, or the time has come. */
const TELL_AFTER = 0.1;
/** At most so many buckets are told at a time: those from which most was taken. */
const TELL_MOST = 1000;

export interface RequestLimitOptions {
  counters: Counters;
  limits: Limits;
  clock: Clock;
}

/**
 * Counts requests by client address and by principal. Reads are counted in this process, without a promise, and told to
 * other replicas from time to time; everything else is counted where all replicas see it before it is let through.
 *
 * Figures that nobody has set leave requests from loopback alone: they are this machine's own programs, or come through a
 * proxy that is not trusted to say for whom.
 */
export class RequestLimits {
  readonly #counters: Counters;
  readonly #limits: Limits;
  readonly #reads: Buckets;
  #untold = new Map<string, number>();
  #telling: Promise<void> | undefined;

  constructor({ counters, limits, clock }: RequestLimitOptions) {
    this.#counters = counters;
    this.#limits = limits;
    this.#reads = new Buckets(clock, MOST);
  }

  /** Counts a read from this address: undefined, or Fault `rate_limited`. */
  read(address: string): Fault | undefined {
    const limit = this.#limitFor('read', address);
    return limit && this.#read(networkOf(address), limit, 'from your address');
  }

  /** Counts a read of somebody whose credentials were good; beside `read`. */
  readBy(principal: Principal, address: string): Fault | undefined {
    const limit = this.#limitFor('read', address);
    const key = limit && keyOf(principal);
    return key === undefined || limit === undefined ? undefined : this.#read(key, limit, 'of your account');
  }

  /**
   * Counts a request of another class from this address. `own` are the limits of the door, and of no other, where it has
   * some. Resolves to undefined, or Fault `rate_limited`.
   */
  async request(
    limitClass: LimitClass,
    address: string,
    own?: { door: string; limit: Limit },
  ): Promise<Fault | undefined> {
    if (own !== undefined) {
      return this.#take(`${own.door}:${limitClass}:${networkOf(address)}`, own.limit, 'from your address');
    }
    const limit = this.#limitFor(limitClass, address);
    return limit && this.#take(`${limitClass}:${networkOf(address)}`, limit, 'from your address');
  }

  /** As `request`, of somebody whose credentials were good; beside it. */
  async requestBy(limitClass: LimitClass, principal: Principal, address: string): Promise<Fault | undefined> {
    const limit = this.#limitFor(limitClass, address);
    const key = limit && keyOf(principal);
    if (key === undefined || limit === undefined) return undefined;
    return this.#take(`${limitClass}:${key}`, limit, 'of your account');
  }

  /** Tells the reads of this replica to the others, and learns of theirs. */
  share(): Promise<void> {
    this.#telling ??= this.#tell().finally(() => (this.#telling = undefined));
    return this.#telling;
  }

  #limitFor(limitClass: LimitClass, address: string): Limit | undefined {
    const limit = this.#limits[limitClass];
    return limit === defaultLimits[limitClass] && isLoopbackAddress(address) ? undefined : limit;
  }

  #read(key: string, limit: Limit, whose: string): Fault | undefined {
    const wait = this.#reads.take(key, limit);
    if (wait > 0) return tooMany(whose, wait);
    if (this.#counters.shared) {
      const cost = (this.#untold.get(key) ?? 0) + 1;
      this.#untold.set(key, cost);
      if (cost >= limit.count * TELL_AFTER) void this.share();
    }
    return undefined;
  }

  async #take(key: string, limit: Limit, whose: string): Promise<Fault | undefined> {
    const wait = await this.#counters.take(key, limit);
    return wait > 0 ? tooMany(whose, wait) : undefined;
  }

  async #tell(): Promise<void> {
    const limit = this.#limits.read;
    if (this.#untold.size === 0 || limit === undefined) return;
    const spendings = [...this.#untold]
      .map(([key, cost]): Spending => ({ key: `read:${key}`, limit, cost }))
      .toSorted((a, b) => b.cost - a.cost)
      .slice(0, TELL_MOST);
    this.#untold = new Map();
    const fullIn = await this.#counters.settle(spendings);
    spendings.forEach(({ key }, place) => {
      this.#reads.atLeast(key.slice('read:'.length), fullIn[place] ?? 0);
    });
  }
}

function keyOf(principal: Principal): string | undefined {
  switch (principal.kind) {
    case 'user':
      return `user:${principal.user.id}`;
    case 'machine':
      return `trusted:${principal.grants[0]?.trustId ?? ''}`;
    case 'nobody':
      return undefined;
  }
}

function tooMany(whose: string, wait: number): Fault {
  return rateLimited(`Too many requests ${whose}`, wait);
}
