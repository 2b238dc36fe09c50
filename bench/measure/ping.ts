import { Worker } from 'node:worker_threads';

/** What came of asking `/health` again and again over one connection. */
export interface Pings {
  count: number;
  /** The longest wait for an answer, milliseconds: the event loop stood still for no longer. */
  longest: number;
}

/** Starts asking; `stop` resolves to what was seen. A thread of its own, so that our own work does not delay it. */
export async function startPings(serverUrl: string): Promise<{ stop(): Promise<Pings> }> {
  const worker = new Worker(new URL('./ping-worker.ts', import.meta.url), {
    workerData: { url: `${serverUrl}/health` },
  });
  const message = () =>
    new Promise<unknown>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  await message();
  return {
    stop: async () => {
      const answer = message();
      worker.postMessage('stop');
      const pings = (await answer) as Pings;
      await worker.terminate();
      return pings;
    },
  };
}
