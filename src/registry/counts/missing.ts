import type { MissingCount } from './store.ts';

/** Protocols/pantry 5: so many may wait in memory, and when there are more, the oldest of them go. */
const MOST_WAITING = 5_000;
const DROPPED_AT_ONCE = 1_000;

/** Distinct versions of one name that may wait, and that are kept: whoever asks for random ones displaces nothing else. */
export const MOST_MISSING_OF_A_NAME = 100;

/** What a version may look like; anything else is a slip of a client, and of no use to a maintainer. */
const VERSION = /^[a-zA-Z0-9._+-]{1,64}$/;

/** Versions that were asked for and are not there, until they are reported. */
export class MissingVersions {
  readonly #waiting = new Map<string, MissingCount>();
  readonly #ofName = new Map<string, number>();

  note(registryId: number, name: string, version: string, lastAt: number): void {
    if (!VERSION.test(version)) return;
    const key = `${registryId} ${name} ${version}`;
    const waiting = this.#waiting.get(key);
    if (waiting) {
      waiting.count += 1;
      waiting.lastAt = lastAt;
      return;
    }
    const nameKey = `${registryId} ${name}`;
    const ofName = this.#ofName.get(nameKey) ?? 0;
    if (ofName >= MOST_MISSING_OF_A_NAME) return;
    if (this.#waiting.size >= MOST_WAITING) this.#dropOldest();
    this.#ofName.set(nameKey, (this.#ofName.get(nameKey) ?? 0) + 1);
    this.#waiting.set(key, { registryId, name, version, count: 1, lastAt });
  }

  take(): MissingCount[] {
    const taken = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#ofName.clear();
    return taken;
  }

  #dropOldest(): void {
    for (const [key, { registryId, name }] of this.#waiting.entries().take(DROPPED_AT_ONCE)) {
      this.#waiting.delete(key);
      const nameKey = `${registryId} ${name}`;
      const left = (this.#ofName.get(nameKey) ?? 0) - 1;
      if (left > 0) this.#ofName.set(nameKey, left);
      else this.#ofName.delete(nameKey);
    }
  }
}
