import { parentPort } from 'node:worker_threads';
import { errorToWire } from './wire-error.ts';
import type { Job, JobReply } from './worker-pool.ts';

/**
 * The worker's end of a `WorkerPool`: answers each task, one after another. What the function throws goes back to the
 * caller and does not end the thread.
 */
export function serveJobs(work: (task: never) => unknown): void {
  parentPort?.on('message', ({ id, task }: Job<never>) => {
    let reply: JobReply<unknown>;
    try {
      reply = { id, result: work(task) };
    } catch (error) {
      reply = { id, error: errorToWire(error) };
    }
    parentPort?.postMessage(reply);
  });
}
