import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread from a module beside the caller, given with its `.ts` name. From a clone Node runs that
 * file as it is; in the published package tsc has left a `.js` in its place but does not rewrite the URL.
 *
 * @example startWorker(new URL('./render-worker.ts', import.meta.url))
 */
export function startWorker(module: URL, options: WorkerOptions = {}): Worker {
  const file = fileURLToPath(module);
  const compiled = import.meta.url.endsWith('.js');
  return new Worker(compiled ? file.replace(/\.ts$/, '.js') : file, options);
}
