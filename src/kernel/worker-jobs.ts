import { parentPort } from 'node:worker_threads';
import { errorToWire } from './wire-error.ts';
import type { Job, JobReply } from './worker-pool.ts';

/**
 * The worker's end of a `WorkerPool`: answers each task. What the function throws, or its promise rejects with, goes back to
 * the caller and does not end the thread.
 */
export function serveJobs(work: (task: never) => unknown): void {
  parentPort?.on('message', ({ id, task }: Job<never>) => {
    void answer(id, () => work(task));
  });
}

async function answer(id: number, work: () => unknown): Promise<void> {
  let reply: JobReply<unknown>;
  try {
    reply = { id, result: await work() };
  } catch (error) {
    reply = { id, error: errorToWire(error) };
  }
  parentPort?.postMessage(reply);
}
