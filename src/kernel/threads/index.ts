/** How threads are started, and what they say to each other. */
export { startWorker } from './worker.ts';
export { errorFromWire, errorToWire, type WireError } from './wire-error.ts';
export { serveJobs } from './worker-jobs.ts';
export { WorkerPool } from './worker-pool.ts';
