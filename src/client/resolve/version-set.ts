/**
 * Sets of small whole numbers below a fixed size, as bits; all sets that meet have the same size. They are never changed once they
 * are shared.
 */
export type VersionSet = Uint32Array;

export function emptySet(size: number): VersionSet {
  return new Uint32Array(Math.max(1, Math.ceil(size / 32)));
}

/** The numbers from `from` up to, and without, `to`. */
export function rangeSet(size: number, from: number, to: number): VersionSet {
  const set = emptySet(size);
  for (let index = from; index < to;) {
    const word = index >>> 5;
    const start = index & 31;
    const end = Math.min(32, to - word * 32);
    const bits = end - start === 32 ? 0xffffffff : ((1 << (end - start)) - 1) << start;
    set[word] = (set[word] ?? 0) | bits;
    index = word * 32 + end;
  }
  return set;
}

export function singleSet(size: number, index: number): VersionSet {
  return rangeSet(size, index, index + 1);
}

/** Puts a number into a set that nobody else has seen. */
export function add(set: VersionSet, index: number): void {
  set[index >>> 5] = (set[index >>> 5] ?? 0) | (1 << (index & 31));
}

export function and(one: VersionSet, other: VersionSet): VersionSet {
  const set = new Uint32Array(one.length);
  for (let index = 0; index < set.length; index++) set[index] = (one[index] ?? 0) & (other[index] ?? 0);
  return set;
}

export function or(one: VersionSet, other: VersionSet): VersionSet {
  const set = new Uint32Array(one.length);
  for (let index = 0; index < set.length; index++) set[index] = (one[index] ?? 0) | (other[index] ?? 0);
  return set;
}

/** What is in `one` and not in `other`. */
export function minus(one: VersionSet, other: VersionSet): VersionSet {
  const set = new Uint32Array(one.length);
  for (let index = 0; index < set.length; index++) set[index] = (one[index] ?? 0) & ~(other[index] ?? 0);
  return set;
}

export function isEmpty(set: VersionSet): boolean {
  return set.every((word) => word === 0);
}

export function isSubset(one: VersionSet, other: VersionSet): boolean {
  for (let index = 0; index < one.length; index++) {
    if (((one[index] ?? 0) & ~(other[index] ?? 0)) !== 0) return false;
  }
  return true;
}

export function isDisjoint(one: VersionSet, other: VersionSet): boolean {
  for (let index = 0; index < one.length; index++) {
    if (((one[index] ?? 0) & (other[index] ?? 0)) !== 0) return false;
  }
  return true;
}

export function isSame(one: VersionSet, other: VersionSet): boolean {
  return one.every((word, index) => word === other[index]);
}

export function has(set: VersionSet, index: number): boolean {
  return (((set[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}

/** The highest number in the set; -1 if it is empty. */
export function highest(set: VersionSet): number {
  for (let word = set.length - 1; word >= 0; word--) {
    const bits = set[word] ?? 0;
    if (bits !== 0) return word * 32 + 31 - Math.clz32(bits);
  }
  return -1;
}

/** In ascending order. */
export function members(set: VersionSet): number[] {
  const found: number[] = [];
  for (const [word, bits] of set.entries()) {
    for (let left = bits; left !== 0; left &= left - 1) found.push(word * 32 + 31 - Math.clz32(left & -left));
  }
  return found;
}
