import type { Transferable, Worker } from 'node:worker_threads';
import { Fault } from '../errors.ts';
import { errorFromWire, type WireError } from './wire-error.ts';

/** What goes to a worker and what comes back. */
export interface Job<T> {
  id: number;
  task: T;
}
export type JobReply<R> = { id: number; result: R } | { id: number; error: WireError };

interface Pending<R> {
  resolve: (result: R) => void;
  reject: (error: Error) => void;
}

/** Tasks that one worker may have before it. */
const MOST_PENDING = 128;

/** A worker that had nothing to do for so long gives its memory back, milliseconds. */
const IDLE = 15_000;

interface Slot<R> {
  worker: Worker;
  pending: Map<number, Pending<R>>;
  retire: NodeJS.Timeout | undefined;
}

/**
 * A few worker threads that are started when they are first needed and keep no process alive. A worker that dies, say
 * for want of memory, takes only its own jobs with it; the next job gets a new one.
 */
export class WorkerPool<T, R> {
  readonly #start: () => Worker;
  readonly #size: number;
  readonly #slots = new Set<Slot<R>>();
  #lastId = 0;

  /** @param start makes a worker that answers each `Job` with a `JobReply`; see `serveJobs`. */
  constructor(start: () => Worker, size: number) {
    this.#start = start;
    this.#size = size;
  }

  /**
   * Rejects with the worker's Fault, with `internal` if the worker dies of the task, or with `unavailable` at once if more
   * wait than should: a task may hold megabytes.
   */
  run(task: T, transfer: readonly Transferable[] = []): Promise<R> {
    const slot = this.#freest();
    if (slot.pending.size >= MOST_PENDING) {
      return Promise.reject(new Fault('unavailable', 'Too much is asked at once; try again in a moment.'));
    }
    clearTimeout(slot.retire);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      slot.pending.set(id, { resolve, reject });
      slot.worker.ref();
      slot.worker.postMessage({ id, task } satisfies Job<T>, transfer);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#slots].map(({ worker }) => worker.terminate()));
  }

  #freest(): Slot<R> {
    const best = [...this.#slots].toSorted((a, b) => a.pending.size - b.pending.size)[0];
    return best && (best.pending.size === 0 || this.#slots.size >= this.#size) ? best : this.#open();
  }

  #open(): Slot<R> {
    const worker = this.#start();
    const slot: Slot<R> = { worker, pending: new Map(), retire: undefined };
    this.#slots.add(slot);
    worker.unref();
    worker.on('message', (reply: JobReply<R>) => {
      const job = slot.pending.get(reply.id);
      slot.pending.delete(reply.id);
      if (slot.pending.size === 0) {
        worker.unref();
        slot.retire = setTimeout(() => {
          this.#slots.delete(slot);
          void worker.terminate();
        }, IDLE).unref();
      }
      if ('error' in reply) job?.reject(errorFromWire(reply.error));
      else job?.resolve(reply.result);
    });
    const lost = (cause?: unknown) => {
      this.#slots.delete(slot);
      for (const job of slot.pending.values()) {
        job.reject(new Fault('internal', 'A worker thread stopped before its task was done.', { cause }));
      }
      slot.pending.clear();
    };
    worker.on('error', lost);
    worker.on('exit', () => lost());
    return slot;
  }
}
