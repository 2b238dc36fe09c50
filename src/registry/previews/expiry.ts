import type { Clock } from '../../kernel/index.ts';
import { theServer } from '../../ledger/index.ts';
import type { Blobs } from '../ports/index.ts';
import type { PreviewStore } from './store.ts';

export interface ExpiryParts {
  store: Pick<PreviewStore, 'expire'>;
  blobs: Pick<Blobs, 'remove'>;
  clock: Clock;
  /** How long a preview is kept, milliseconds. */
  life: number;
}

/** Previews that one command removes: it holds up others for as long as it takes. */
const BATCH = 200;

/**
 * Removes the previews whose time is over, with their bytes: to readers they have been gone since then. May run beside publishes, beside
 * others of its kind, and beside a rule of the bucket that has removed the bytes already. Bytes that a crash leaves behind are the
 * sweeper's.
 */
export async function expirePreviews({
  store,
  blobs,
  clock,
  life,
}: ExpiryParts): Promise<{ removed: number; bytes: number }> {
  const total = { removed: 0, bytes: 0 };
  for (;;) {
    const at = clock();
    const { removed, bytes, keys } = await store.expire({
      goneUntil: at - life,
      limit: BATCH,
      by: theServer,
      at,
    });
    for (const key of keys) await blobs.remove(key);
    total.removed += removed;
    total.bytes += bytes;
    if (removed < BATCH) return total;
  }
}
