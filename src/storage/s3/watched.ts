import { Readable } from 'node:stream';
import { storageFault } from './errors.ts';

/**
 * The body of an answer, passed on as its reader asks for it. Breaks off with a Fault when the store sends nothing for
 * `patience` milliseconds while the reader waits; a reader may be as slow as it likes.
 */
export class WatchedBody extends Readable {
  readonly #source: Readable;
  readonly #timer: NodeJS.Timeout;
  readonly #patience: number;
  #isWaiting = false;
  #hasEnded = false;

  constructor(source: Readable, patience: number) {
    super();
    this.#source = source;
    this.#patience = patience;
    this.#timer = setTimeout(() => this.#overdue(), patience);
    source.on('data', (chunk: Buffer) => {
      this.#timer.refresh();
      if (this.push(chunk)) return;
      this.#isWaiting = false;
      source.pause();
    });
    source.once('end', () => {
      this.#hasEnded = true;
      this.push(null);
    });
    source.on('error', (error) => this.#fail(error));
    source.once('close', () => {
      if (!this.#hasEnded) this.#fail(new Error('the connection was closed'));
    });
    source.pause();
  }

  override _read(): void {
    this.#isWaiting = true;
    this.#timer.refresh();
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#source.destroy();
    done(error);
  }

  #overdue(): void {
    if (this.#isWaiting) this.#fail(new Error(`no byte came for ${this.#patience} ms`));
    else this.#timer.refresh();
  }

  #fail(error: Error): void {
    const fault = storageFault(error);
    if (!this.destroyed) this.destroy(fault instanceof Error ? fault : error);
  }
}
