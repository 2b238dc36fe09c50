import type { KnownPackage } from './known-package.ts';
import { and, isSame, minus, or, type VersionSet } from './version-set.ts';

/** "The package is in this set": one of its versions, or, if the set has `absent`, none of it. */
export interface Term {
  package: KnownPackage;
  set: VersionSet;
}

/** Why something cannot be. */
export type Cause =
  /** The root is always there. */
  | { kind: 'root' }
  /** Versions of the first term's package want what is not in the second's set. */
  | {
      kind: 'wants';
      of: KnownPackage;
      versions: VersionSet;
      wanted: KnownPackage;
      requirement: string;
      by: string | undefined;
    }
  /** They want what there is not: no such package, no such version, or a text that nobody can read. */
  | {
      kind: 'nothing';
      of: KnownPackage;
      versions: VersionSet;
      wanted: KnownPackage;
      requirement: string;
      by: string | undefined;
      readable: boolean;
    }
  /** It follows from two other rules. */
  | { kind: 'derived'; one: Rule; other: Rule };

/** Terms that cannot all hold at once: an "incompatibility" of PubGrub. No package is in two of them. */
export interface Rule {
  terms: readonly Term[];
  cause: Cause;
}

/**
 * What follows from two rules that both speak of the package: whatever it is, one of them forbids the rest (the rule of resolution).
 * Undefined terms fall away: those that always hold.
 */
export function derive(one: Rule, other: Rule, about: KnownPackage): Rule {
  const sets = new Map<KnownPackage, VersionSet>();
  let left: VersionSet | undefined;
  for (const term of one.terms) {
    if (term.package === about) left = term.set;
    else sets.set(term.package, term.set);
  }
  for (const term of other.terms) {
    if (term.package === about) {
      const either = left === undefined ? term.set : or(left, term.set);
      if (!isSame(either, about.universe)) sets.set(about, either);
      continue;
    }
    const before = sets.get(term.package);
    sets.set(term.package, before === undefined ? term.set : and(before, term.set));
  }
  const terms = [...sets].map(([known, set]) => ({ package: known, set }));
  return { terms, cause: { kind: 'derived', one, other } };
}

/** The term that holds where the given one does not. */
export function opposite({ package: known, set }: Term): Term {
  return { package: known, set: minus(known.universe, set) };
}
