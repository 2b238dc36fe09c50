import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Pings } from './ping.ts';

const { url } = workerData as { url: string };
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const pings: Pings = { count: 0, longest: 0 };
/** Milliseconds from one answer to the next question. */
const PAUSE = 2;
const state = { stopped: false };

async function ping(): Promise<number> {
  const begun = performance.now();
  await new Promise<void>((resolve, reject) => {
    request(url, { agent }, (response) => response.resume().once('end', resolve))
      .once('error', reject)
      .end();
  });
  return performance.now() - begun;
}

parentPort?.once('message', () => (state.stopped = true));
// The first answers pay for the connection and for cold code.
for (let warm = 0; warm < 20; warm += 1) await ping();
parentPort?.postMessage('started');
while (!state.stopped) {
  pings.longest = Math.max(pings.longest, await ping());
  pings.count += 1;
  await sleep(PAUSE);
}
agent.destroy();
parentPort?.postMessage(pings);
