import { Fault } from '../kernel/index.ts';

/**
 * Lets at most `running` tasks run and `waiting` tasks wait; more are refused with Fault `unavailable`, so that a flood
 * costs neither memory nor the threads that file access needs.
 */
export class Slots {
  readonly #running: number;
  readonly #waiting: number;
  readonly #queue: (() => void)[] = [];
  #active = 0;

  constructor(running: number, waiting: number) {
    this.#running = running;
    this.#waiting = waiting;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#active < this.#running) this.#active++;
    else {
      if (this.#queue.length >= this.#waiting) {
        throw new Fault('unavailable', 'Too many sign-ins at once: try again in a few seconds.');
      }
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    try {
      return await task();
    } finally {
      // A waiting task takes over this slot, so that no newcomer can slip in between.
      const next = this.#queue.shift();
      if (next) next();
      else this.#active--;
    }
  }
}
