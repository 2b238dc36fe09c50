import type { Readable } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { sendStream, startWorker, WorkerPool } from '../../kernel/index.ts';
import type { VaisUpload } from './upload.ts';

/** One thread, with few megabytes for new objects and a bound on what may live: hostile archives end it, not the server. */
const pool = new WorkerPool<MessagePort, VaisUpload>(
  () =>
    startWorker(new URL('./archive-worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 256 },
    }),
  1,
);

/**
 * As `readVaisUpload`, in a thread of its own that the first call starts and no process waits for. `source` is destroyed in every
 * case, and its chunks must be the reader's to keep.
 */
export async function readVaisUploadApart(source: Readable): Promise<VaisUpload> {
  const { port1, port2 } = new MessageChannel();
  sendStream(source, port1);
  try {
    return await pool.run(port2, [port2]);
  } finally {
    port1.close();
    source.destroy();
  }
}
