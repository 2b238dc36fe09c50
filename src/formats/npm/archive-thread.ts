import type { Readable } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { sendStream, startWorker, WorkerPool } from '../../kernel/index.ts';
import type { PackageArchive } from './archive.ts';

/**
 * One thread, with few megabytes for new objects. A large archive passes through in thousands of buffers, which go when
 * new objects are collected; in the server's own thread, where there is room for many, they pile up to tens of
 * megabytes. There they would also keep requests waiting.
 */
const pool = new WorkerPool<MessagePort, PackageArchive>(
  () =>
    startWorker(new URL('./archive-worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    }),
  1,
);

/**
 * As `readPackageArchive`, in a thread of its own that the first call starts and no process waits for. `source` is
 * destroyed in every case, and its chunks must be the reader's to keep.
 */
export async function readPackageArchiveApart(source: Readable): Promise<PackageArchive> {
  const { port1, port2 } = new MessageChannel();
  sendStream(source, port1);
  try {
    return await pool.run(port2, [port2]);
  } finally {
    port1.close();
    source.destroy();
  }
}
