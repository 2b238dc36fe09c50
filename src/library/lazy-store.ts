import { embedKontor, loggerTo, type Config, type EmbeddedKontor } from '../server/index.ts';

/** A store that nobody has used for so long is closed, milliseconds: a program that is done ends by itself. */
const QUIET = 2_000;

/** A store that is open while it is used. */
export class LazyStore {
  readonly #config: Config;
  readonly #warn: (message: string) => void;
  #opened: Promise<EmbeddedKontor> | undefined;
  #closed: Promise<void> = Promise.resolve();
  #users = 0;
  #quiet: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];

  constructor(config: Config, log: { write(line: string): unknown } | undefined) {
    this.#config = config;
    const logger = log && loggerTo(config.values.logLevel, log);
    this.#warn = (message) => logger?.warn(message);
  }

  /** Runs `work` on the open store, which is opened for it if need be. */
  async use<T>(work: (store: EmbeddedKontor) => Promise<T>): Promise<T> {
    this.#users += 1;
    clearTimeout(this.#quiet);
    try {
      return await work(await this.#open());
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#rest();
    }
  }

  /** Waits for those who use it, and closes it. Whoever comes later opens it again. */
  async close(): Promise<void> {
    clearTimeout(this.#quiet);
    while (this.#users > 0) {
      // eslint-disable-next-line no-await-in-loop -- somebody may have come meanwhile
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve);
      });
    }
    return this.#shut();
  }

  #open(): Promise<EmbeddedKontor> {
    const opening = (this.#opened ??= this.#closed.then(() => embedKontor(this.#config, this.#warn)));
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined;
    });
    return opening;
  }

  #rest(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
    this.#quiet = setTimeout(() => {
      this.#shut().catch((error: unknown) => this.#warn(`the store did not close well: ${String(error)}`));
    }, QUIET);
  }

  #shut(): Promise<void> {
    clearTimeout(this.#quiet);
    const opened = this.#opened;
    if (opened === undefined) return this.#closed;
    this.#opened = undefined;
    const closing = opened.then((store) => store.close());
    this.#closed = closing.catch(() => undefined);
    return closing;
  }
}
