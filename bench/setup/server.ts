import { readFileSync, truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StartedServer } from './processes.ts';

/** A running server that is measured. */
export interface Server {
  /** Without a slash at its end. */
  url: string;
  /** Where npm clients are sent, without a slash at its end. */
  registry: string;
  /** Of all its processes. */
  pids(): number[];
  /** Empties the file that it logs to: a long run writes gigabytes. */
  clearLog(): void;
  stop(): Promise<void>;
}

/** Resolves once `url` answers 200. Rejects with what the server wrote if it ends, or takes longer than a minute. */
export async function untilReady(url: string, started: StartedServer, log: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && !started.ended()) {
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.status === 200) return;
    await sleep(5);
  }
  await started.stop();
  throw new Error(`No server answers at ${url}. It wrote:\n${readFileSync(log, 'utf8').slice(-4000)}`);
}

export function serverOf(
  started: StartedServer,
  { url, registry, log }: { url: string; registry: string; log: string },
): Server {
  return {
    url,
    registry,
    pids: () => [started.pid],
    // It is open for appending, so that writing goes on at the beginning.
    clearLog: () => truncateSync(log),
    stop: () => started.stop(),
  };
}
