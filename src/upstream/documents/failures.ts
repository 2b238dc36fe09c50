import { LRUCache } from 'lru-cache';
import { isFault, type Clock, type Fault } from '../../kernel/index.ts';
import { isUnreachable } from '../reasons.ts';

/** After an upstream could not be asked, what is stored is served for so long without another try, milliseconds. */
const DOWN = 10_000;
/** Names of which failures are remembered. */
const MOST_NAMES = 10_000;

/** Why something could not be asked, and until when it is not tried again, milliseconds. */
export interface Failure {
  fault: Fault;
  until: number;
}

/** What could not be asked just now. Every replica finds out by itself. */
export class Failures {
  readonly #clock: Clock;
  /** By base URL: upstreams that cannot be reached, or want to be left alone. */
  readonly #upstreams = new Map<string, Failure>();
  /** By flight: what an upstream answers badly to says nothing of the rest of it. */
  readonly #names = new LRUCache<string, Failure>({ max: MOST_NAMES });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last failure of a name or of one of these upstreams, if it is recent. */
  of(key: string, upstreams: string[]): Failure | undefined {
    const now = this.#clock();
    return [this.#names.get(key), ...upstreams.map((upstream) => this.#upstreams.get(upstream))].find(
      // A clock that was set back must not keep anything down for long.
      (failure) => failure && now < failure.until && failure.until - now <= longest(failure.fault),
    );
  }

  /** Remembers that asking `upstream` for a name failed. */
  note(key: string, upstream: string, fault: Fault): void {
    // Our own database says nothing of the upstream.
    if (fault.code === 'unavailable') return;
    const failure = { fault, until: this.#clock() + longest(fault) };
    const isDown = isFault(fault, 'upstream_down') && (isUnreachable(fault.cause) || fault.retryAfter);
    if (isDown) this.#upstreams.set(upstream, failure);
    else this.#names.set(key, failure);
  }

  /** An upstream has answered. */
  forget(key: string, upstream: string): void {
    this.#names.delete(key);
    this.#upstreams.delete(upstream);
  }
}

function longest({ retryAfter }: Fault): number {
  return retryAfter === undefined ? DOWN : retryAfter * 1000;
}
