import type { EventStore } from './events.ts';

/** Few enough that the chain's head is locked, and other commands wait, for milliseconds only. */
const BATCH = 200;

/** Seals what waits, batch by batch; returns how many events got their place. */
export async function sealAll(events: EventStore): Promise<number> {
  let total = 0;
  for (;;) {
    const sealed = await events.seal(BATCH);
    total += sealed;
    if (sealed < BATCH) return total;
  }
}
