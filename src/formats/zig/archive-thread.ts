import type { Readable } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { sendStream, startWorker, WorkerPool } from '../../kernel/index.ts';
import type { LongManifest, PackageReading, RootsDiffer, ZigPackage } from './archive.ts';

export interface ArchiveTask {
  /** Serves the archive; see `sendStream`. */
  port: MessagePort;
  how: PackageReading;
}

type Found = ZigPackage | RootsDiffer | LongManifest;

/**
 * One thread, with few megabytes for new objects: a large archive passes through in thousands of buffers. What may live is
 * bounded too, so that hostile archives end this thread and not the server.
 */
const pool = new WorkerPool<ArchiveTask, Found>(
  () =>
    startWorker(new URL('./archive-worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 512 },
    }),
  1,
);

/**
 * As `readPackage`, in a thread of its own that the first call starts and no process waits for. `source` is destroyed in
 * every case, and its chunks must be the reader's to keep.
 */
export async function readPackageApart(source: Readable, how: PackageReading): Promise<Found> {
  const { port1, port2 } = new MessageChannel();
  sendStream(source, port1);
  try {
    return await pool.run({ port: port2, how }, [port2]);
  } finally {
    port1.close();
    source.destroy();
  }
}
