import type { VersionRanges } from './ranges.ts';

/** A version that is not hidden. */
export interface GoodVersion {
  version: string;
  /** People are told not to take it. */
  deprecated: boolean;
}

/**
 * Tags of a document without its hidden versions. Those that lead to one go, except the default one: it moves to the newest good
 * version that is not above the one that its publisher chose, so that nobody gets a release line that was not meant for everybody;
 * where there is none below, to the newest at all. A deprecated version is taken only if there is no other.
 *
 * @param defaultTag the tag that clients cannot do without, such as npm's `latest`
 * @param good all versions that are left
 */
export function repairTags(
  tags: Record<string, string>,
  defaultTag: string,
  good: GoodVersion[],
  ranges: Pick<VersionRanges, 'compare' | 'newest'>,
): Record<string, string> {
  const left = new Set(good.map(({ version }) => version));
  const repaired = Object.entries(tags).flatMap(([tag, version]): [string, string][] => {
    if (left.has(version)) return [[tag, version]];
    const other = tag === defaultTag ? successor(version, good, ranges) : undefined;
    return other === undefined ? [] : [[tag, other]];
  });
  // Defines what it sets, so that even a tag `__proto__` stays plain data.
  return Object.fromEntries(repaired);
}

function successor(
  hidden: string,
  good: GoodVersion[],
  { compare, newest }: Pick<VersionRanges, 'compare' | 'newest'>,
): string | undefined {
  const kept = good.filter(({ deprecated }) => !deprecated);
  const candidates = (kept.length > 0 ? kept : good).map(({ version }) => version);
  const below = candidates.filter((version) => compare(version, hidden) <= 0);
  return newest(below.length > 0 ? below : candidates);
}
