import { TimedOut } from './failure.ts';

/** Bytes a second. Whoever sends one now and then would hold a command for ever. */
const SLOWEST = 1000;

/** Watches that what is waited for comes fast enough. */
export class Pace {
  /** Milliseconds. */
  readonly #span: number;
  #since = 0;
  #waited = 0;
  #bytes = 0;

  constructor(span: number) {
    this.#span = span;
  }

  wait(): void {
    this.#since = performance.now();
  }

  /** Throws `TimedOut` where, over a span of waiting, less than `SLOWEST` came. */
  came(bytes: number): void {
    this.#waited += performance.now() - this.#since;
    this.#bytes += bytes;
    if (this.#waited < this.#span) return;
    if (this.#bytes < (SLOWEST * this.#waited) / 1000) throw new TimedOut('pace', this.#span);
    this.#waited = 0;
    this.#bytes = 0;
  }
}
