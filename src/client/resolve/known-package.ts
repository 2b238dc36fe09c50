import type { SemVer } from 'semver';
import parse from 'semver/functions/parse.js';
import { comparePrecedence, type Requirement } from '../../kernel/semver/light/index.ts';
import type { Candidate, Wanted } from './types.ts';
import {
  add,
  and,
  emptySet,
  has,
  highest,
  isEmpty,
  minus,
  or,
  rangeSet,
  singleSet,
  type VersionSet,
} from './version-set.ts';

/** Undefined for a text that is no requirement: an index may hold any. */
export type RequirementReader = (text: string) => Requirement | undefined;

interface KnownVersion {
  candidate: Candidate;
  parsed: SemVer;
}

/**
 * A package with the versions that may be taken, in ascending order. What is known of it while a solution is sought is a set of their
 * indices and of one more, `absent`, which stands for not being in the solution at all: so what is allowed, what is forbidden and what is
 * needed are all sets, and nothing about ranges and pre-releases is left to reason with.
 */
export class KnownPackage {
  /** In the order in which packages were met, which is the same for the same input. */
  readonly id: number;
  readonly name: string;
  /** False if the source has no such package. */
  readonly exists: boolean;
  /** Ascending. */
  readonly versions: readonly Candidate[];
  /** Ascending; yanked, and not locked. */
  readonly yanked: readonly Candidate[];
  readonly absent: number;
  /** All versions, and to be absent. */
  readonly universe: VersionSet;
  /** Index of the version that is locked and to be kept; -1 without one. */
  readonly locked: number;
  /** Index of a yanked version that is only there because it was locked, and is not to be kept; -1 without one. */
  readonly #lastResort: number;
  readonly #parsed: readonly SemVer[];
  readonly #stable: VersionSet;
  readonly #read: RequirementReader;
  readonly #sets = new Map<string, VersionSet | undefined>();

  constructor(
    id: number,
    name: string,
    candidates: readonly Candidate[] | undefined,
    lock: { version: string; keep: boolean } | undefined,
    read: RequirementReader,
  ) {
    const locked = lock?.version;
    const known = ascending(candidates ?? []);
    const usable = known.filter(({ candidate }) => !candidate.yanked || candidate.version === locked);
    this.id = id;
    this.name = name;
    this.exists = candidates !== undefined;
    this.#read = read;
    this.versions = usable.map(({ candidate }) => candidate);
    this.yanked = known.flatMap(({ candidate }) =>
      candidate.yanked && candidate.version !== locked ? [candidate] : [],
    );
    this.#parsed = usable.map(({ parsed }) => parsed);
    this.absent = usable.length;
    this.universe = rangeSet(this.#size, 0, this.#size);
    const lockedAt = this.versions.findIndex(({ version }) => version === locked);
    this.locked = lock?.keep === true ? lockedAt : -1;
    this.#lastResort = lock?.keep === false && this.versions[lockedAt]?.yanked === true ? lockedAt : -1;
    const stable = this.none();
    for (const [index, { prerelease }] of this.#parsed.entries()) {
      if (prerelease.length === 0) add(stable, index);
    }
    this.#stable = stable;
  }

  get #size(): number {
    return this.absent + 1;
  }

  /** Which versions match; undefined for a text that is no requirement. Sets of the same text are one object. */
  matching(requirement: string): VersionSet | undefined {
    const before = this.#sets.get(requirement);
    if (before !== undefined || this.#sets.has(requirement)) return before;
    const read = this.#read(requirement);
    const set = read === undefined ? undefined : this.#setOf(read);
    this.#sets.set(requirement, set);
    return set;
  }

  /** The texts that were asked for, with what matches them. */
  get requirements(): ReadonlyMap<string, VersionSet | undefined> {
    return this.#sets;
  }

  /** The set of this version alone. */
  only(index: number): VersionSet {
    return singleSet(this.#size, index);
  }

  /** An empty set, to be filled. */
  none(): VersionSet {
    return emptySet(this.#size);
  }

  /**
   * What is best to take of what is allowed: what is locked, else the highest release, else the highest pre-release; a yanked version that
   * was locked only where nothing else is left.
   */
  best(allowed: VersionSet): number {
    if (this.locked !== -1 && has(allowed, this.locked)) return this.locked;
    const versions = and(allowed, rangeSet(this.#size, 0, this.absent));
    const good = this.#lastResort === -1 ? versions : minus(versions, this.only(this.#lastResort));
    const release = highest(and(good, this.#stable));
    if (release !== -1) return release;
    const preRelease = highest(good);
    return preRelease === -1 ? highest(versions) : preRelease;
  }

  /** Must a version of it be in the solution? */
  isNeeded(allowed: VersionSet): boolean {
    return !has(allowed, this.absent);
  }

  #setOf({ span, admits }: Requirement): VersionSet {
    const { from, to } = span(this.#parsed);
    const between = rangeSet(this.#size, from, to);
    const found = and(between, this.#stable);
    const preReleases = minus(between, this.#stable);
    if (isEmpty(preReleases)) return found;
    const admitted = this.none();
    for (const [index, parsed] of this.#parsed.entries()) {
      if (has(preReleases, index) && admits(parsed)) add(admitted, index);
    }
    return or(found, admitted);
  }
}

/** By precedence; versions that differ in build metadata only, by their text. What is no version is left out. */
function ascending(candidates: readonly Candidate[]): KnownVersion[] {
  return candidates
    .flatMap((candidate) => {
      const parsed = parse(candidate.version);
      return parsed === null ? [] : [{ candidate, parsed }];
    })
    .toSorted((one, other) => {
      const order = comparePrecedence(one.parsed, other.parsed);
      if (order !== 0) return order;
      return one.candidate.version < other.candidate.version ? -1 : 1;
    });
}

/** In an order that does not depend on how they were written down; what is said twice is there once. */
export function sortedWants(wanted: readonly Wanted[]): Wanted[] {
  return wanted
    .toSorted(
      (one, other) => compareText(one.name, other.name) || compareText(one.requirement, other.requirement),
    )
    .filter((want, index, all) => {
      const before = all[index - 1];
      return before?.name !== want.name || before.requirement !== want.requirement;
    });
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
