interface Waiting {
  enter: () => void;
  leave: (reason: Error) => void;
}

export interface Line {
  /** How long to wait, milliseconds. */
  patience: number;
  /** The error for who has waited so long. */
  late: () => Error;
  /** Lets all go first who do not yield. */
  yields: boolean;
}

/** Lets so many in at once, and the others in the order in which they came, those last that yield. */
export class Slots {
  #free: number;
  readonly #line = new Set<Waiting>();
  readonly #yielding = new Set<Waiting>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves, when there is room, to a function that gives the place back; further calls of it do nothing. */
  async take(line: Line): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(line);
    let isHeld = true;
    return () => {
      if (isHeld) this.#giveBack();
      isHeld = false;
    };
  }

  /** Rejects all who wait now. */
  turnAway(reason: Error): void {
    for (const line of [this.#line, this.#yielding]) {
      for (const { leave } of line) leave(reason);
    }
  }

  #wait({ patience, late, yields }: Line): Promise<void> {
    const line = yields ? this.#yielding : this.#line;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => waiting.leave(late()), patience);
      const waiting: Waiting = {
        enter: () => {
          clearTimeout(timer);
          line.delete(waiting);
          resolve();
        },
        leave: (reason: Error) => {
          clearTimeout(timer);
          line.delete(waiting);
          reject(reason);
        },
      };
      line.add(waiting);
    });
  }

  #giveBack(): void {
    const [next] = this.#line.size > 0 ? this.#line : this.#yielding;
    if (next === undefined) this.#free += 1;
    else next.enter();
  }
}
