import type { KnownPackage } from './known-package.ts';

interface Entry {
  package: KnownPackage;
  /** Lower is more urgent. */
  rank: number;
  place: number;
}

/**
 * Packages that wait for a version, most urgent first: what is locked, so that it can stay; then what was in many conflicts, so that
 * they come early; then in the places that they are given. A binary heap, in which a
 * package may be several times: who takes one checks that it still waits.
 */
export class Queue {
  readonly #heap: Entry[] = [];
  readonly #places: ReadonlyMap<KnownPackage, number>;
  readonly #conflicts = new Map<KnownPackage, number>();

  /** Packages without a place come last, in the order in which they were met. */
  constructor(places: ReadonlyMap<KnownPackage, number>) {
    this.#places = places;
  }

  push(known: KnownPackage): void {
    const place = this.#places.get(known) ?? this.#places.size + known.id;
    const entry = { package: known, rank: this.#rankOf(known), place };
    let at = this.#heap.length;
    this.#heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = this.#heap[parent];
      if (above === undefined || !comesBefore(entry, above)) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = entry;
  }

  pop(): KnownPackage | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first?.package;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = this.#heap[child];
      const right = this.#heap[child + 1];
      if (left === undefined) break;
      if (right !== undefined && comesBefore(right, left)) child++;
      const least = this.#heap[child];
      if (least === undefined || !comesBefore(least, last)) break;
      this.#heap[at] = least;
      at = child;
    }
    this.#heap[at] = last;
    return first.package;
  }

  /** The package was in a conflict. True if it is more urgent now than it was. */
  blame(known: KnownPackage): boolean {
    const count = (this.#conflicts.get(known) ?? 0) + 1;
    this.#conflicts.set(known, count);
    return urgency(count) > urgency(count - 1);
  }

  #rankOf(known: KnownPackage): number {
    return (known.locked === -1 ? 0 : -1000) - urgency(this.#conflicts.get(known) ?? 0);
  }
}

/** In steps that become rarer, so that packages do not change places all the time. */
function urgency(conflicts: number): number {
  return conflicts < 4 ? 0 : Math.floor(Math.log2(conflicts)) - 1;
}

function comesBefore(one: Entry, other: Entry): boolean {
  return one.rank === other.rank ? one.place < other.place : one.rank < other.rank;
}
