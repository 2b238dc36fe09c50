import { compareVersions, newestVersion } from '../../kernel/semver/light/index.ts';
import type { Candidate } from '../resolve/index.ts';
import type { Graph } from './graph.ts';

export interface OutdatedPackage {
  name: string;
  /** What is locked; undefined if nothing is. */
  current: string | undefined;
  /** What an update would take; undefined if it would take nothing. */
  wanted: string | undefined;
  /** The highest release there is, without one the highest pre-release; undefined if there is none. */
  latest: string | undefined;
  /** The root itself wants it. */
  direct: boolean;
  dev: boolean;
  /** The current version was yanked. */
  yanked: boolean;
}

/**
 * Packages whose locked version is not the latest, or not what an update would take. Those that lie in folders are as they are there.
 *
 * @param wanted what an update would choose, by name
 */
export function outdatedOf(
  { root, packages }: Graph,
  wanted: ReadonlyMap<string, string>,
  candidates: (name: string) => readonly Candidate[] | undefined,
): OutdatedPackage[] {
  const direct = new Set(root.arrows.map(({ to }) => to));
  const needed = new Set(root.arrows.filter(({ dev }) => !dev).map(({ to }) => to));
  const inFolders = new Set(
    root.arrows.filter(({ requirement }) => requirement?.startsWith('path ')).map(({ to }) => to),
  );
  const names = [...new Set([...direct, ...packages.keys()])].toSorted((one, other) =>
    one < other ? -1 : 1,
  );
  return names.flatMap((name) => {
    const locked = packages.get(name);
    if (inFolders.has(name) || (locked !== undefined && locked.source !== 'registry')) return [];
    const versions = candidates(name) ?? [];
    const latest = newestVersion(versions.filter((one) => !one.yanked).map(({ version }) => version));
    const current = locked?.version;
    const yanked = versions.some((one) => one.version === current && one.yanked);
    const one = { name, current, wanted: wanted.get(name), latest, direct: direct.has(name), yanked };
    const moves = one.wanted !== undefined && one.wanted !== current;
    const isBehind = latest !== undefined && (current === undefined || compareVersions(current, latest) < 0);
    return moves || isBehind || yanked ? [{ ...one, dev: direct.has(name) && !needed.has(name) }] : [];
  });
}
