import { randomUUID } from 'node:crypto';
import type { Clock } from '../../kernel/index.ts';
import type { StoredArtifact } from '../ports/index.ts';
import { dayOf } from './days.ts';
import { MissingVersions } from './missing.ts';
import type { CountBatch, CountStore, DownloadCount, PreviewCount } from './store.ts';

/** Distinct versions and previews, each on a day, that may wait for the store; some 200 bytes each. */
export const MOST_WAITING = 20_000;
/** Entries of one kind that are written in one transaction. */
const BATCH = 1_000;

/**
 * Counts downloads in memory and reports them in batches, so that no download waits for a write. What was counted since the
 * last report is lost in a crash; `flush` before a stop loses nothing. A report whose answer was lost is sent again as it was, and the
 * store adds it once. When the store is away for so long that `MOST_WAITING` entries wait, further versions are not counted, and
 * `warn` hears of it; those that wait already are.
 */
export class DownloadCounter {
  readonly #store: Pick<CountStore, 'add'>;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  #releases = new Map<string, DownloadCount>();
  #previews = new Map<string, PreviewCount>();
  readonly #missing = new MissingVersions();
  readonly #unsent = new Set<CountBatch>();
  /** Entries in `#unsent`. */
  #held = 0;
  #uncounted = 0;

  constructor(store: Pick<CountStore, 'add'>, clock: Clock, warn: (message: string) => void = () => {}) {
    this.#store = store;
    this.#clock = clock;
    this.#warn = warn;
  }

  /** A download of a released version. */
  count({ packageId, versionId }: Pick<StoredArtifact, 'packageId' | 'versionId'>): void {
    const lastAt = this.#clock();
    const day = dayOf(lastAt);
    this.#add(
      this.#releases,
      `${versionId} ${day}`,
      () => ({ packageId, versionId, day, count: 0, lastAt }),
      lastAt,
    );
  }

  /**
   * A download of a preview; `label` is what the numbers call it. The name needs no package. One that is restricted is not counted:
   * nobody else may hear of it.
   */
  countPreview({
    registryId,
    name,
    label,
    restricted,
  }: Pick<PreviewCount, 'registryId' | 'name' | 'label'> & { restricted: boolean }): void {
    if (restricted) return;
    const lastAt = this.#clock();
    const day = dayOf(lastAt);
    const make = () => ({ registryId, name, label, day, count: 0, lastAt });
    this.#add(this.#previews, `${registryId} ${name} ${label} ${day}`, make, lastAt);
  }

  /**
   * Somebody asked for a version that is not there, of a package that is here and that they may see: whoever calls this has looked. Of
   * one name `MOST_MISSING_OF_A_NAME` versions wait at most.
   */
  missed(registryId: number, name: string, version: string): void {
    this.#missing.note(registryId, name, version, this.#clock());
  }

  async flush(): Promise<void> {
    // While the store is away, what is counted adds to what waits: no further batches.
    if (this.#unsent.size > 0) await this.#send();
    this.#take();
    await this.#send();
    if (this.#uncounted === 0) return;
    this.#warn(
      `${this.#uncounted} downloads were not counted: the database was away while those of ${MOST_WAITING} versions waited for it`,
    );
    this.#uncounted = 0;
  }

  async #send(): Promise<void> {
    for (const batch of this.#unsent) {
      await this.#store.add(batch);
      if (this.#unsent.delete(batch)) this.#held -= entries(batch);
    }
  }

  #add<E extends { count: number; lastAt: number }>(
    waiting: Map<string, E>,
    key: string,
    make: () => E,
    lastAt: number,
  ): void {
    let entry = waiting.get(key);
    if (entry === undefined) {
      if (this.#releases.size + this.#previews.size + this.#held >= MOST_WAITING) {
        this.#uncounted += 1;
        return;
      }
      entry = make();
      waiting.set(key, entry);
    }
    entry.count += 1;
    entry.lastAt = Math.max(entry.lastAt, lastAt);
  }

  /** Moves what was counted into batches, which stay as they are. */
  #take(): void {
    const releases = [...this.#releases.values()];
    const previews = [...this.#previews.values()];
    const missing = this.#missing.take();
    this.#releases = new Map();
    this.#previews = new Map();
    const most = Math.max(releases.length, previews.length, missing.length);
    for (let from = 0; from < most; from += BATCH) {
      const piece = <E>(all: E[]) => all.slice(from, from + BATCH);
      const batch: CountBatch = {
        id: randomUUID(),
        at: this.#clock(),
        releases: piece(releases),
        previews: piece(previews),
        missing: piece(missing),
      };
      this.#unsent.add(batch);
      this.#held += entries(batch);
    }
  }
}

function entries({ releases, previews }: CountBatch): number {
  return releases.length + previews.length;
}
