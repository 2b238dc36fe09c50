import { write, writeSync } from 'node:fs';
import { errnoOf } from '../kernel/index.ts';

/** Lines wait for others for at most this long, milliseconds: a write for each would take as long as the request it tells of. */
const LONGEST_WAIT = 100;
/** Characters that are written without waiting. Each write goes through another thread. */
const ENOUGH = 60_000;
/** Characters that wait while nothing is taken; then further lines are lost. */
const MOST_WAITING = 8 * 1024 ** 2;
/** Before what was not taken is tried again, milliseconds. */
const PAUSE = 100;
/** How long the end of the process waits for somebody who reads nothing, milliseconds. */
const PATIENCE = 1_000;
const STANDARD_ERROR = 2;

export interface LogOutputOptions {
  fd: number;
  /** Told how many lines were lost, once there is room again. */
  onLost: (lines: number) => void;
  /** Told, a sentence each time, what keeps lines from being written. */
  onTrouble?: (message: string) => void;
  mostWaiting?: number;
}

/**
 * Writes lines in batches. Whatever becomes of the reader, the server goes on: if it went away, nothing is written any more; if it does not
 * read, or the disk is full, lines wait and are lost from a point on, until there is room.
 */
export class LogOutput {
  readonly #fd: number;
  readonly #onLost: (lines: number) => void;
  readonly #onTrouble: (message: string) => void;
  readonly #mostWaiting: number;
  #text = '';
  /** What is not written yet of a batch. */
  #batch: Buffer | undefined;
  /** True while another thread has the batch. */
  #isAway = false;
  #timer: NodeJS.Timeout | undefined;
  #isUrgent = false;
  #isClosed = false;
  #isInTrouble = false;
  #lost = 0;
  #flushed: (() => void)[] = [];

  constructor({ fd, onLost, onTrouble = complain, mostWaiting = MOST_WAITING }: LogOutputOptions) {
    this.#fd = fd;
    this.#onLost = onLost;
    this.#onTrouble = onTrouble;
    this.#mostWaiting = mostWaiting;
  }

  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#text.length + line.length > this.#mostWaiting) {
      this.#lost++;
      return;
    }
    this.#text += line;
    this.#proceed();
  }

  /** Writes without waiting; `done` is called when all is written, or cannot be for a second. */
  flush(done?: () => void): void {
    if (done !== undefined) {
      const timer = setTimeout(() => finish(), PATIENCE);
      const finish = () => {
        clearTimeout(timer);
        this.#flushed = this.#flushed.filter((one) => one !== finish);
        done();
      };
      this.#flushed.push(finish);
    }
    this.#isUrgent = true;
    this.#proceed();
  }

  /** Writes all that waits before it returns, if that is taken within a second: for the end of the process. */
  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // A batch that another thread has is written there.
    const batch = this.#isAway ? undefined : this.#batch;
    const rest = Buffer.concat([batch ?? Buffer.alloc(0), Buffer.from(this.#text)]);
    const last = performance.now() + PATIENCE;
    for (let at = 0; at < rest.length;) {
      try {
        at += writeSync(this.#fd, rest, at);
      } catch (error) {
        if (!isBusy(error) || performance.now() > last) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
      }
    }
  }

  #proceed(): void {
    if (this.#batch !== undefined) return;
    if (this.#text === '' || this.#isClosed) {
      this.#isUrgent = false;
      for (const finish of this.#flushed) finish();
    } else if (this.#isUrgent || this.#text.length >= ENOUGH) {
      clearTimeout(this.#timer);
      [this.#timer, this.#isUrgent] = [undefined, this.#flushed.length > 0];
      [this.#batch, this.#text] = [Buffer.from(this.#text), ''];
      this.#send(this.#batch);
      this.#tellOfLost();
    } else {
      this.#timer ??= setTimeout(() => this.flush(), LONGEST_WAIT).unref();
    }
  }

  #send(batch: Buffer): void {
    this.#isAway = true;
    write(this.#fd, batch, (error, written) => {
      this.#isAway = false;
      if (error === null) this.#sent(batch.subarray(written));
      else this.#failed(batch, error);
    });
  }

  #sent(left: Buffer): void {
    this.#isInTrouble = false;
    this.#batch = left.length > 0 ? left : undefined;
    if (left.length > 0) {
      this.#send(left);
    } else {
      this.#proceed();
    }
  }

  /** Behind the lines that were kept, when there is room for one more. */
  #tellOfLost(): void {
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#onLost(lost);
  }

  #failed(batch: Buffer, error: Error): void {
    if (errnoOf(error) === 'EPIPE') {
      this.#onTrouble('nobody reads standard output any more: Kontor goes on without a log');
      [this.#isClosed, this.#batch, this.#text] = [true, undefined, ''];
      this.#proceed();
      return;
    }
    if (!isBusy(error) && !this.#isInTrouble) {
      this.#isInTrouble = true;
      this.#onTrouble(`the log cannot be written, and lines of it may be lost: ${error.message}`);
    }
    this.#batch = batch;
    setTimeout(() => this.#send(batch), PAUSE).unref();
  }
}

/** True for a pipe whose reader is slow. */
function isBusy(error: unknown): boolean {
  return ['EAGAIN', 'EBUSY'].includes(errnoOf(error) ?? '');
}

/** If that cannot be written either, nobody can be told. */
function complain(message: string): void {
  write(STANDARD_ERROR, `kontor: ${message}\n`, () => undefined);
}
