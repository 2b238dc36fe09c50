import type { Worker } from 'node:worker_threads';
import { Fault } from '../../kernel/index.ts';

/** What goes to a worker and what comes back: `fault` is a sentence. */
export interface Job<T> {
  id: number;
  task: T;
}
export type Reply<R> = { id: number; result: R } | { id: number; fault: string };

interface Pending<R> {
  resolve: (result: R) => void;
  reject: (error: Error) => void;
}

interface Slot<R> {
  worker: Worker;
  pending: Map<number, Pending<R>>;
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

  constructor(start: () => Worker, size: number) {
    this.#start = start;
    this.#size = size;
  }

  /** Rejects with Fault `upstream_down` if the worker refuses the task or dies of it: the upstream sent nonsense. */
  run(task: T, transfer: ArrayBuffer[] = []): Promise<R> {
    const slot = this.#freest();
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
    const [best] = [...this.#slots].toSorted((a, b) => a.pending.size - b.pending.size);
    return best && (best.pending.size === 0 || this.#slots.size >= this.#size) ? best : this.#open();
  }

  #open(): Slot<R> {
    const worker = this.#start();
    const slot: Slot<R> = { worker, pending: new Map() };
    this.#slots.add(slot);
    worker.unref();
    worker.on('message', (reply: Reply<R>) => {
      const job = slot.pending.get(reply.id);
      slot.pending.delete(reply.id);
      if (slot.pending.size === 0) worker.unref();
      if ('fault' in reply) job?.reject(new Fault('upstream_down', reply.fault));
      else job?.resolve(reply.result);
    });
    const lost = (cause?: unknown) => {
      this.#slots.delete(slot);
      for (const job of slot.pending.values()) {
        job.reject(
          new Fault('upstream_down', 'A document of the upstream registry could not be read.', { cause }),
        );
      }
      slot.pending.clear();
    };
    worker.on('error', lost);
    worker.on('exit', () => lost());
    return slot;
  }
}
