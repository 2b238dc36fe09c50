import type { Clock } from '../../kernel/index.ts';
import type { AuditStore } from './store.ts';

const DAY = 86_400_000;
/** Few enough that the chain's head is locked, and other commands wait, only briefly. */
const BATCH = 2_000;

/**
 * Drops events that are older than `days` days, and keeps the hashes by which the chain still verifies; returns how many.
 * Only whole days go, so that a server that is asked every hour does not leave a segment for each.
 */
export async function dropOldEvents(
  audit: Pick<AuditStore, 'dropBefore'>,
  clock: Clock,
  days: number,
): Promise<number> {
  const at = clock();
  const before = Math.floor((at - days * DAY) / DAY) * DAY;
  let dropped = 0;
  for (;;) {
    const segment = await audit.dropBefore({ before, most: BATCH, at });
    if (segment === undefined) return dropped;
    const count = segment.lastSeq - segment.firstSeq + 1;
    dropped += count;
    if (count < BATCH) return dropped;
  }
}
