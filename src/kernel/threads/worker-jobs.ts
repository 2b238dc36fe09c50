import { parentPort } from 'node:worker_threads';
import { errorToWire } from './wire-error.ts';
import type { Job, JobReply } from './worker-pool.ts';

/**
 * The worker's end of a `WorkerPool`: answers each task when its work is done. What the function throws goes back to
 * the caller and does not end the thread.
 */
export function serveJobs(work: (task: never) => unknown): void {
  const answer = async ({ id, task }: Job<never>): Promise<void> => {
    let reply: JobReply<unknown>;
    try {
      reply = { id, result: await work(task) };
    } catch (error) {
      reply = { id, error: errorToWire(error) };
    }
    parentPort?.postMessage(reply);
  };
  parentPort?.on('message', (job: Job<never>) => void answer(job));
}
