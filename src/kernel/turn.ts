import { setImmediate as nextLoop } from 'node:timers/promises';

/** For how long one computation may keep all others waiting, milliseconds. */
const LONGEST = 5;

let line: Promise<unknown> = Promise.resolve();

/** A long computation on the event loop, which it leaves to others now and then: `if (turn.isOver) await turn.next()`. */
export class Turn {
  #began = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#began > LONGEST;
  }

  /** Comes back when it is this computation's turn again. One at a time: many of them hold others up no longer than one. */
  async next(): Promise<void> {
    line = line.then(() => nextLoop());
    await line;
    this.#began = performance.now();
  }
}
