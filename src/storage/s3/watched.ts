import { Readable } from 'node:stream';
import { storageFault } from './errors.ts';

/** Times of patience after which a reader who takes nothing has to do without a connection. */
const RESTS = 2;

/**
 * The body of an answer, passed on as its reader asks for it. Breaks off with a Fault when the store sends nothing for
 * `patience` milliseconds while the reader waits. A reader may be as slow as it likes, but keeps no connection for that: it is
 * closed after a while, and `resume` asks for the bytes after those that have been passed on once the reader goes on.
 */
export class WatchedBody extends Readable {
  readonly #timer: NodeJS.Timeout;
  readonly #patience: number;
  readonly #resume: ((passed: number) => Promise<Readable>) | undefined;
  /** Undefined while the reader rests. */
  #source: Readable | undefined;
  #isWaiting = false;
  #isResuming = false;
  #hasEnded = false;
  #passed = 0;
  #rests = 0;

  constructor(source: Readable, patience: number, resume?: (passed: number) => Promise<Readable>) {
    super();
    this.#patience = patience;
    this.#resume = resume;
    this.#timer = setTimeout(() => this.#overdue(), patience);
    this.#attach(source);
    source.pause();
  }

  override _read(): void {
    this.#isWaiting = true;
    this.#rests = 0;
    this.#timer.refresh();
    if (this.#source) this.#source.resume();
    else void this.#goOn();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#source?.destroy();
    done(error);
  }

  #attach(source: Readable): void {
    this.#source = source;
    const isCurrent = () => this.#source === source;
    source.on('data', (chunk: Buffer) => {
      this.#timer.refresh();
      this.#passed += chunk.length;
      if (this.push(chunk)) return;
      this.#isWaiting = false;
      source.pause();
    });
    source.once('end', () => {
      this.#hasEnded = true;
      this.push(null);
    });
    source.on('error', (error) => isCurrent() && this.#fail(error));
    source.once('close', () => {
      if (!this.#hasEnded && isCurrent()) this.#fail(new Error('the connection was closed'));
    });
  }

  #overdue(): void {
    if (this.#isWaiting) return this.#fail(new Error(`no byte came for ${this.#patience} ms`));
    this.#rests += 1;
    if (this.#rests < RESTS || this.#resume === undefined || this.#hasEnded) {
      this.#timer.refresh();
      return;
    }
    const source = this.#source;
    this.#source = undefined;
    source?.destroy();
  }

  async #goOn(): Promise<void> {
    if (this.#isResuming || this.#resume === undefined) return;
    this.#isResuming = true;
    try {
      const source = await this.#resume(this.#passed);
      if (this.destroyed) source.destroy();
      else this.#attach(source);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#isResuming = false;
    }
  }

  #fail(error: Error): void {
    const fault = storageFault(error);
    if (!this.destroyed) this.destroy(fault instanceof Error ? fault : error);
  }
}
