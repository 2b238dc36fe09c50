import type { Clock } from '../../kernel/index.ts';
import { BoundedMap } from './bounded-map.ts';
import type { Limit } from './limit.ts';

/**
 * Token buckets in this process. A bucket is one number, the moment at which it is full again (the theoretical arrival
 * time of the generic cell rate algorithm, ITU-T I.371 annex A); a key that is not known has a full one.
 */
export class Buckets {
  readonly #fullAt: BoundedMap<number>;
  readonly #clock: Clock;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#fullAt = new BoundedMap(most);
  }

  /** Takes one token. 0, or the milliseconds until there is one again; then nothing is taken. */
  take(key: string, limit: Limit): number {
    const now = this.#clock();
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now) + limit.per / limit.count;
    const wait = fullAt - now - limit.per;
    // What no float can tell from nothing.
    if (wait > 1e-3) return wait;
    this.#fullAt.set(key, fullAt);
    return 0;
  }

  /** What `take` would say, without taking. */
  wait(key: string, { count, per }: Limit): number {
    const wait = (this.#fullAt.get(key) ?? 0) - this.#clock() + per / count - per;
    return wait > 1e-3 ? wait : 0;
  }

  /** Takes `cost` tokens, more than there are if need be; returns how many milliseconds until the bucket is full again. */
  spend(key: string, { count, per }: Limit, cost: number): number {
    const now = this.#clock();
    // Never deeper than a whole bucket, so that what was refused elsewhere meanwhile costs no time.
    const fullAt = Math.min(Math.max(this.#fullAt.get(key) ?? 0, now) + (cost * per) / count, now + 2 * per);
    this.#fullAt.set(key, fullAt);
    return fullAt - now;
  }

  /** Takes note that the bucket is full again in `milliseconds` at the earliest. */
  atLeast(key: string, milliseconds: number): void {
    const fullAt = this.#clock() + milliseconds;
    if (fullAt > (this.#fullAt.get(key) ?? 0)) this.#fullAt.set(key, fullAt);
  }
}
