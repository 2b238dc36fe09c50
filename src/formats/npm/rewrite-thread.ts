import type { Readable } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { receiveStream, sendStream, startWorker, WorkerPool } from '../../kernel/index.ts';
import type { Rewriting } from './rewrite.ts';

/** Compressing takes a hundred times as long as all else that is done to a preview. */
const pool = new WorkerPool<Rewriting & { source: MessagePort; sink: MessagePort }, void>(
  () =>
    startWorker(new URL('./rewrite-worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    }),
  1,
);

/**
 * As `rewrite`, in a thread of its own. `source` is destroyed in every case, and its chunks must be the reader's to keep; so are those of
 * the answer. Rejects, or breaks off with an error, as `WorkerPool.run` does.
 */
export async function* rewriteApart(source: Readable, rewriting: Rewriting): AsyncGenerator<Buffer> {
  const input = new MessageChannel();
  const output = new MessageChannel();
  sendStream(source, input.port1);
  const done = pool.run({ ...rewriting, source: input.port2, sink: output.port2 }, [
    input.port2,
    output.port2,
  ]);
  // Told below, if the stream does not tell it first.
  done.catch(() => output.port1.close());
  const rewritten = receiveStream(output.port1);
  try {
    for await (const chunk of rewritten as AsyncIterable<Uint8Array>)
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    await done;
  } finally {
    rewritten.destroy();
    input.port1.close();
    source.destroy();
  }
}
