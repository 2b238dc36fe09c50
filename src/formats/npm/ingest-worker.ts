import { parentPort } from 'node:worker_threads';
import { isFault } from '../../kernel/index.ts';
import type { IngestedDocument, RemoteRelease } from '../../registry/index.ts';
import { ingest, releaseOf } from './ingest.ts';
import type { IngestTask } from './remote.ts';
import type { Job, Reply } from './worker-pool.ts';

const answer = (reply: Reply<IngestedDocument | RemoteRelease | undefined>): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is not a window
  parentPort?.postMessage(reply);
};

parentPort?.on('message', ({ id, task }: Job<IngestTask>) => {
  try {
    const result = task.kind === 'ingest' ? ingest(task.name, task.raw) : releaseOf(task.document, task.file);
    answer({ id, result });
  } catch (error) {
    // Nesting too deep, a text too long: the document's doing, and no reason to end the other tasks.
    if (!isFault(error) && !(error instanceof RangeError)) throw error;
    const fault = isFault(error)
      ? error.message
      : 'A document of the upstream registry is too complex to be read.';
    answer({ id, fault });
  }
});
