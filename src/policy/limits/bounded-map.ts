/**
 * A map that holds at most `most` entries and forgets what was set longest ago. Two generations: when the young one is
 * half of what is allowed, it becomes the old one, and the old one is dropped whole.
 */
export class BoundedMap<V> {
  readonly #half: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(most: number) {
    this.#half = Math.max(1, Math.floor(most / 2));
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Entries, of which an old one may be covered by a young one. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
