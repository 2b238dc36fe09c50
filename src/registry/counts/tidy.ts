import type { Clock } from '../../kernel/index.ts';
import type { CountStore } from './store.ts';

const DAY = 86_400_000;
/** Protocols/pantry 5. */
const MISSING_DAYS = 90;
/** A report is sent again for as long as its server runs; one whose answer is lost for longer than this may count twice. */
const BATCH_DAYS = 1;

/** Forgets what nobody needs any more beside the numbers. */
export function tidyCounts(store: CountStore, clock: Clock): Promise<void> {
  const now = clock();
  return store.tidy({ missing: now - MISSING_DAYS * DAY, batches: now - BATCH_DAYS * DAY });
}
