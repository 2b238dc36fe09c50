import { nearest } from '../../kernel/light/index.ts';
import { parseRequirement } from '../../kernel/semver/light/index.ts';
import type { KnownPackage } from './known-package.ts';
import type { PackageSource } from './types.ts';
import { joined, wantInWords } from './words.ts';

const MOST_HINTS = 6;
/** Of versions in a sentence. */
const MOST_VERSIONS = 3;

export interface Demand {
  wanted: KnownPackage;
  requirement: string;
}

/** What may help whoever reads why there is no solution: misspelt names, versions that exist, versions that were passed over. */
export function hintsFor(demands: readonly Demand[], source: PackageSource): string[] {
  const hints = new Set<string>();
  for (const { wanted, requirement } of demands) {
    if (!wanted.exists) hints.add(nameHint(wanted.name, source));
    else for (const hint of versionHints(wanted, requirement, source)) hints.add(hint);
    if (hints.size > MOST_HINTS) break;
  }
  return [...hints].filter((hint) => hint !== '').slice(0, MOST_HINTS);
}

function nameHint(name: string, source: PackageSource): string {
  const near = nearest(name, [...(source.names?.() ?? [])]);
  return near === undefined ? '' : `${name}: did you mean ${near}?`;
}

function versionHints(wanted: KnownPackage, requirement: string, source: PackageSource): string[] {
  const matching = wanted.matching(requirement);
  if (matching === undefined) return [];
  const { matches, covers } = parseRequirement(requirement);
  const yanked = wanted.yanked.map(({ version }) => version).filter((version) => matches(version));
  const preReleases = wanted.versions
    .map(({ version }) => version)
    .filter((version) => isPreRelease(version) && !matches(version))
    .filter((version) => covers(version) || matches(version.slice(0, version.indexOf('-'))));
  const hints: string[] = [];
  if (wanted.versions.length === 0 && wanted.yanked.length > 0) {
    hints.push(
      `All versions of ${wanted.name} are yanked; a yanked version is only taken where it is locked.`,
    );
  } else if (yanked.length > 0) {
    hints.push(
      `${wanted.name} ${some(yanked)} would match ${requirement}, but is yanked: such a version is only taken where it is locked.`,
    );
  }
  const newest = preReleases.at(-1);
  if (newest !== undefined) {
    hints.push(
      `${wanted.name} ${some(preReleases)} is a pre-release, which is only taken where one of its kind is named, such as ${wantInWords(wanted.name, `^${newest}`)}.`,
    );
  }
  if (hints.length === 0 && matching.every((word) => word === 0)) hints.push(whatThereIs(wanted));
  const unreadable = source.unreadable?.(wanted.name) ?? 0;
  if (unreadable > 0) {
    const [count, were] = unreadable === 1 ? ['1 version', 'was'] : [`${unreadable} versions`, 'were'];
    hints.push(
      `${count} of ${wanted.name} ${were} passed over: what the index says of it is nothing that this client can read.`,
    );
  }
  return hints;
}

function whatThereIs({ name, versions }: KnownPackage): string {
  const all = versions.map(({ version }) => version);
  if (all.length === 0) return `${name} has no version that can be taken.`;
  if (all.length <= 2 * MOST_VERSIONS) return `${name} has ${joined(all, 'and')}.`;
  return `${name} has ${all.length} versions, the last of which are ${joined(all.slice(-MOST_VERSIONS), 'and')}.`;
}

/** The highest ones. */
function some(versions: readonly string[]): string {
  if (versions.length <= MOST_VERSIONS) return joined(versions, 'and');
  return `${joined(versions.slice(-MOST_VERSIONS), 'and')} (and ${versions.length - MOST_VERSIONS} lower)`;
}

function isPreRelease(version: string): boolean {
  return (version.split('+', 1)[0] ?? '').includes('-');
}
