import type { Clock } from '../kernel/index.ts';
import type { Catalogue, DownloadCount, StoredArtifact } from './ports/index.ts';

const DAY = 86_400_000;

/** Days since 1970-01-01, UTC. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY);
}

/**
 * Counts downloads in memory and reports them in batches, so that no download waits for a write. What was counted since the
 * last report is lost in a crash; `flush` before a stop loses nothing.
 */
export class DownloadCounter {
  readonly #catalogue: Pick<Catalogue, 'countDownloads'>;
  readonly #clock: Clock;
  #pending = new Map<string, DownloadCount>();

  constructor(catalogue: Pick<Catalogue, 'countDownloads'>, clock: Clock) {
    this.#catalogue = catalogue;
    this.#clock = clock;
  }

  count({ packageId, versionId }: Pick<StoredArtifact, 'packageId' | 'versionId'>): void {
    const lastAt = this.#clock();
    this.#add({ packageId, versionId, day: dayOf(lastAt), count: 1, lastAt });
  }

  async flush(): Promise<void> {
    if (this.#pending.size === 0) return;
    const batch = [...this.#pending.values()];
    this.#pending = new Map();
    try {
      await this.#catalogue.countDownloads(batch);
    } catch (error) {
      for (const entry of batch) this.#add(entry);
      throw error;
    }
  }

  #add(more: DownloadCount): void {
    const { versionId, day, count, lastAt } = more;
    const key = `${versionId} ${day}`;
    const pending = this.#pending.get(key);
    if (pending) {
      pending.count += count;
      pending.lastAt = Math.max(pending.lastAt, lastAt);
    } else this.#pending.set(key, { ...more });
  }
}
