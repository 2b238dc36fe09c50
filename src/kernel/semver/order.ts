/** The parts of a version that order it (semver 2.0.0, section 11). `SemVer` of the library is one. */
export interface OrderedVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Identifiers after the hyphen; empty for a release. */
  readonly prerelease: readonly (string | number)[];
}

/** Negative if `one` comes before `other`; 0 for versions that differ in build metadata only. */
export function comparePrecedence(one: OrderedVersion, other: OrderedVersion): number {
  return (
    one.major - other.major ||
    one.minor - other.minor ||
    one.patch - other.patch ||
    comparePreReleases(one.prerelease, other.prerelease)
  );
}

/** True for versions of the same major.minor.patch. */
export function sameNumbers(one: OrderedVersion, other: OrderedVersion): boolean {
  return one.major === other.major && one.minor === other.minor && one.patch === other.patch;
}

function comparePreReleases(one: readonly (string | number)[], other: readonly (string | number)[]): number {
  if (one.length === 0 || other.length === 0) return other.length - one.length;
  for (const [index, identifier] of one.entries()) {
    const against = other[index];
    if (against === undefined) return 1;
    const order = compareIdentifiers(identifier, against);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

/** Numbers by size and before texts; texts as their ASCII. */
function compareIdentifiers(one: string | number, other: string | number): number {
  if (one === other) return 0;
  if (typeof one === 'number') return typeof other === 'number' ? one - other : -1;
  return typeof other === 'number' || one > other ? 1 : -1;
}
