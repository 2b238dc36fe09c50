import type { IndexedPackage, PackageIndex } from '../../client/registry/index.ts';
import { Fault, nearest } from '../../kernel/light/index.ts';
import { newestVersion, parseRequirement } from '../../kernel/semver/light/index.ts';

/** Versions by name that a project has already, whatever the registry has: locked, or in a folder. */
export type Present = ReadonlyMap<string, string>;

/**
 * The requirement for a manifest: the one that is asked for, or what is compatible with the highest version that is not yanked. Faults
 * `package_not_found` and `version_not_found` where the next install could take nothing.
 */
export function chooseRequirement(
  index: PackageIndex,
  { name, requirement }: { name: string; requirement: string | undefined },
  present: Present,
): string {
  const found = index.package(name);
  const here = present.get(name);
  if (requirement !== undefined && here !== undefined && parseRequirement(requirement).matches(here)) {
    return requirement;
  }
  if (found === undefined) {
    const near = nearest(name, [...index.names()]);
    throw new Fault(
      'package_not_found',
      `Package not found: ${name}${near === undefined ? '' : `; is ${near} meant?`}`,
    );
  }
  const usable = found.versions.filter(({ yanked }) => !yanked).map(({ version }) => version);
  const newest = newestVersion(usable);
  if (newest === undefined) throw nothingToTake(found);
  if (requirement === undefined) return compatibleWith(newest);
  const { matches } = parseRequirement(requirement);
  if (usable.some((version) => matches(version))) return requirement;
  throw noneMeets(requirement, found, newest);
}

function compatibleWith(version: string): string {
  return `^${version.replace(/\+.*/, '')}`;
}

function nothingToTake({ name, versions }: IndexedPackage): Fault {
  return new Fault(
    'version_not_found',
    versions.length === 0
      ? `${name} has no version that can be taken.`
      : `Every version of ${name} is yanked, so that nobody can begin to use it, whichever is named. Ask its owners for another, or to unyank one.`,
  );
}

function noneMeets(requirement: string, { name, versions }: IndexedPackage, newest: string): Fault {
  const { matches } = parseRequirement(requirement);
  const yanked = versions.some((one) => one.yanked && matches(one.version))
    ? ' but what is yanked, which is only taken where vais.lock has it'
    : '';
  return new Fault(
    'version_not_found',
    `No version of ${name} meets ${requirement}${yanked}. The highest is ${newest}: write ${name}@${compatibleWith(newest)}.`,
  );
}
