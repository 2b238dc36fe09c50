import { createClient } from 'redis';
import { systemClock } from '../../kernel/index.ts';
import type { Backoff, Counters, Failures, Limit, Spending } from '../../policy/index.ts';
import { FAIL, FAILURES, SETTLE, TAKE } from './scripts.ts';

export interface RedisCountersOptions {
  /** `redis:` or `rediss:`, with user and password where needed. */
  url: string;
  /** What keys begin with: stores that share a Redis do not share counts. */
  prefix: string;
  /** Counts while Redis is away. */
  fallback: Counters;
  /** Told once when Redis goes away, and once when it is back. */
  onChange(state: 'away' | 'back', error: unknown): void;
}

/** A request must not wait for a counter, milliseconds. */
const PATIENCE = 250;
const CONNECT_PATIENCE = 2_000;
/** After a failure Redis is left alone for so long, so that one request a second waits and not all. Milliseconds. */
const REST = 1_000;

/** Connects in the background: a server starts, and goes on, without Redis. */
export class RedisCounters implements Counters {
  readonly shared = true;
  readonly #client: ReturnType<typeof createClient>;
  readonly #options: RedisCountersOptions;
  readonly #connected: Promise<unknown>;
  #away = false;
  #restUntil = 0;

  constructor(options: RedisCountersOptions) {
    this.#options = options;
    this.#client = createClient({
      url: options.url,
      // What was asked while Redis was away must not be counted when it is back.
      disableOfflineQueue: true,
      socket: {
        connectTimeout: CONNECT_PATIENCE,
        reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, 2_000),
      },
    });
    this.#client.on('error', (error: unknown) => this.#goneAway(error));
    this.#connected = this.#client.connect();
    this.#connected.catch((error: unknown) => this.#goneAway(error));
  }

  take(key: string, limit: Limit): Promise<number> {
    return this.#taking(key, limit, '1', (local) => local.take(key, limit));
  }

  wait(key: string, limit: Limit): Promise<number> {
    return this.#taking(key, limit, '0', (local) => local.wait(key, limit));
  }

  settle(spendings: readonly Spending[]): Promise<number[]> {
    const keys = spendings.map(({ key }) => key);
    const args = spendings.flatMap(({ cost, limit: { count, per } }) => [(cost * per) / count, per]);
    return this.#run(
      SETTLE,
      keys,
      args,
      (answer) => (answer as string[]).map(Number),
      (local) => local.settle(spendings),
    );
  }

  failures(key: string): Promise<Failures> {
    return this.#run(FAILURES, [key], [], failuresFrom, (local) => local.failures(key));
  }

  fail(key: string, backoff: Backoff): Promise<Failures> {
    const { free, first, most, forget } = backoff;
    const args = [free, first, most, forget];
    return this.#run(FAIL, [key], args, failuresFrom, (local) => local.fail(key, backoff));
  }

  async forgive(key: string): Promise<void> {
    // Both: the failures may have been counted here while Redis was away.
    await this.#options.fallback.forgive(key);
    await this.#ask(() => this.#client.del(this.#options.prefix + key)).catch((error: unknown) =>
      this.#goneAway(error),
    );
  }

  close(): void {
    this.#client.destroy();
  }

  #taking(
    key: string,
    { count, per }: Limit,
    take: '0' | '1',
    instead: (local: Counters) => Promise<number>,
  ): Promise<number> {
    return this.#run(TAKE, [key], [per / count, per, take], Number, instead);
  }

  async #run<T>(
    script: string,
    keys: readonly string[],
    args: readonly (number | string)[],
    read: (answer: unknown) => T,
    instead: (local: Counters) => Promise<T>,
  ): Promise<T> {
    const { fallback } = this.#options;
    if (systemClock() < this.#restUntil) return instead(fallback);
    try {
      const answer = await this.#ask(() =>
        this.#client.eval(script, {
          keys: keys.map((key) => this.#options.prefix + key),
          arguments: args.map(String),
        }),
      );
      this.#isBack();
      return read(answer);
    } catch (error) {
      this.#goneAway(error);
      return instead(fallback);
    }
  }

  async #ask<T>(command: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      // After a long turn of the loop this comes before an answer that lies there already: that one goes first.
      timer = setTimeout(
        () => setImmediate(() => reject(new Error(`no answer within ${PATIENCE} ms`))),
        PATIENCE,
      );
    });
    try {
      return await Promise.race([this.#connected.then(command), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #goneAway(error: unknown): void {
    this.#restUntil = systemClock() + REST;
    if (this.#away) return;
    this.#away = true;
    this.#options.onChange('away', error);
  }

  #isBack(): void {
    if (!this.#away) return;
    this.#away = false;
    this.#options.onChange('back', undefined);
  }
}

function failuresFrom(answer: unknown): Failures {
  const [count, wait] = answer as [string, string];
  return { count: Number(count), wait: Number(wait) };
}
