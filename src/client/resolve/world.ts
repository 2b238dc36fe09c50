import { KnownPackage, sortedWants } from './known-package.ts';
import { requirementReader } from './requirement-reader.ts';
import type { Rule } from './rule.ts';
import type { PackageSource, ResolveOptions, Root, Wanted } from './types.ts';
import { add, isEmpty, minus, type VersionSet } from './version-set.ts';

/** Packages as they are met, and the rules that their versions bring with them. */
export class World {
  readonly root: KnownPackage;
  readonly #source: PackageSource;
  readonly #lockOf: (name: string) => { version: string; keep: boolean } | undefined;
  readonly #packages = new Map<string, KnownPackage>();
  /** What rules were given out: of which versions, and which that versions share. */
  readonly #told = new Map<KnownPackage, { versions: Set<number>; shared: Set<string> }>();
  readonly #shared = new Map<KnownPackage, ReadonlyMap<string, readonly number[]>>();
  readonly #thorough: boolean;
  readonly #read = requirementReader();
  #count = 0;

  /** A thorough one always looks which versions want the same, for the sake of those who read why something failed. */
  constructor(root: Root, source: PackageSource, options: ResolveOptions, thorough: boolean) {
    const { locked, keep } = options;
    this.#source = source;
    this.#lockOf = (name) => {
      const version = locked?.get(name);
      return version === undefined ? undefined : { version, keep: keep?.(name) !== false };
    };
    this.#thorough = thorough;
    this.root = new KnownPackage(
      this.#count++,
      root.name,
      [{ version: '0.0.0', yanked: false, dependencies: root.wanted }],
      undefined,
      this.#read,
    );
  }

  package(name: string): KnownPackage {
    const before = this.#packages.get(name);
    if (before !== undefined) return before;
    const made = new KnownPackage(
      this.#count++,
      name,
      this.#source.candidates(name),
      this.#lockOf(name),
      this.#read,
    );
    this.#packages.set(name, made);
    return made;
  }

  /**
   * The rules of a version that is about to be decided, which were not given out before. Most packages are decided once, and then
   * only its own wants are looked at. One that comes again is in a conflict, and all versions that want the same share a rule: so
   * thousands of versions fail together, not one by one.
   */
  rulesOf(known: KnownPackage, index: number): Rule[] {
    const told = this.#told.get(known) ?? { versions: new Set(), shared: new Set() };
    const alone = told.versions.size === 0 && !this.#thorough;
    this.#told.set(known, told);
    if (told.versions.has(index)) return [];
    told.versions.add(index);
    return sortedWants(known.versions[index]?.dependencies ?? []).flatMap((want) => {
      if (alone) return this.#rule(known, known.only(index), want);
      const key = keyOf(want);
      if (told.shared.has(key)) return [];
      told.shared.add(key);
      return this.#rule(known, setOf(known, this.#sharers(known).get(key) ?? [index]), want);
    });
  }

  /** By what they want, the versions that want it. */
  #sharers(known: KnownPackage): ReadonlyMap<string, readonly number[]> {
    const before = this.#shared.get(known);
    if (before !== undefined) return before;
    const sharers = new Map<string, number[]>();
    for (const [index, { dependencies }] of known.versions.entries()) {
      for (const want of dependencies) {
        const key = keyOf(want);
        const sharing = sharers.get(key);
        if (sharing === undefined) sharers.set(key, [index]);
        else sharing.push(index);
      }
    }
    this.#shared.set(known, sharers);
    return sharers;
  }

  #rule(of: KnownPackage, versions: VersionSet, { name, requirement, by }: Wanted): Rule[] {
    const wanted = this.package(name);
    const matching = wanted.matching(requirement);
    if (matching === undefined || isEmpty(matching)) {
      const cause = {
        kind: 'nothing',
        of,
        versions,
        wanted,
        requirement,
        by,
        readable: matching !== undefined,
      } as const;
      return [{ terms: [{ package: of, set: versions }], cause }];
    }
    const cause = { kind: 'wants', of, versions, wanted, requirement, by } as const;
    if (wanted === of) {
      // It is itself what it wants, or it can never be.
      const others = minus(versions, matching);
      return isEmpty(others) ? [] : [{ terms: [{ package: of, set: others }], cause }];
    }
    const terms = [
      { package: of, set: versions },
      { package: wanted, set: minus(wanted.universe, matching) },
    ];
    return [{ terms, cause }];
  }
}

function setOf(known: KnownPackage, indices: readonly number[]): VersionSet {
  const set = known.none();
  for (const index of indices) add(set, index);
  return set;
}

function keyOf({ name, requirement }: Wanted): string {
  return `${name}\0${requirement}`;
}
