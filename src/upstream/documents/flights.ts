import { performance } from 'node:perf_hooks';

interface Flight<T> {
  /** By a clock that nobody sets, milliseconds. */
  begun: number;
  result: Promise<T>;
}

/** Questions that are being asked, by key: who comes later gets the same answer, or the same error. */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  get count(): number {
    return this.#flights.size;
  }

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /** Whoever is first asks; it goes on also when nobody waits any more. */
  join(key: string, ask: () => Promise<T>): Promise<T> {
    return this.#flight(key, ask).result;
  }

  /** As `join`, but undefined as soon as the flight has taken `patience` milliseconds, counted from its begin. */
  async await(key: string, patience: number, ask: () => Promise<T>): Promise<T | undefined> {
    const { begun, result } = this.#flight(key, ask);
    const left = begun + patience - performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, Math.max(0, left), undefined);
    });
    try {
      return await Promise.race([result, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #flight(key: string, ask: () => Promise<T>): Flight<T> {
    const running = this.#flights.get(key);
    if (running) return running;
    const flight = {
      begun: performance.now(),
      result: ask().finally(() => this.#flights.delete(key)),
    };
    // Told to those who wait; it may be that nobody does.
    flight.result.catch(() => undefined);
    this.#flights.set(key, flight);
    return flight;
  }
}
