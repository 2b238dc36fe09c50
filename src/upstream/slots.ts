/** Lets so many at once in, and the others in the order in which they came. */
export class Slots {
  #free: number;
  readonly #line: Set<{ enter: () => void; leave: (reason: Error) => void }> = new Set();

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Resolves, when there is room, to a function that gives the place back; further calls of it do nothing. Rejects with `late()` if
   * there is none for `patience` milliseconds.
   */
  async take(patience: number, late: () => Error): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(patience, late);
    let isHeld = true;
    return () => {
      if (isHeld) this.#giveBack();
      isHeld = false;
    };
  }

  /** Rejects all who wait now. */
  turnAway(reason: Error): void {
    for (const { leave } of this.#line) leave(reason);
  }

  #wait(patience: number, late: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => waiting.leave(late()), patience);
      const waiting = {
        enter: () => {
          clearTimeout(timer);
          resolve();
        },
        leave: (reason: Error) => {
          clearTimeout(timer);
          this.#line.delete(waiting);
          reject(reason);
        },
      };
      this.#line.add(waiting);
    });
  }

  #giveBack(): void {
    const [next] = this.#line;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#line.delete(next);
    next.enter();
  }
}
