import { sortedWants, type KnownPackage } from './known-package.ts';
import type { Wanted } from './types.ts';
import type { VersionSet } from './version-set.ts';
import type { World } from './world.ts';

/**
 * Places of packages such that each comes after those that want it, as far as they do not want each other: when a version of it is chosen,
 * most of what is wanted of it is known. Only wants of the version that each would get by itself are looked at, as versions of a
 * package mostly want the same packages. One that is met later, in another version, has no place here.
 */
export function dependentsFirst(world: World): ReadonlyMap<KnownPackage, number> {
  const left: KnownPackage[] = [];
  const seen = new Set<KnownPackage>([world.root]);
  const path = [{ package: world.root, rest: wantsOf(world.root, world.root.only(0)) }];
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    const want = last.rest.pop();
    if (want === undefined) {
      left.push(last.package);
      path.pop();
      continue;
    }
    const wanted = world.package(want.name);
    if (seen.has(wanted)) continue;
    seen.add(wanted);
    path.push({ package: wanted, rest: wantsOf(wanted, wanted.matching(want.requirement) ?? wanted.none()) });
  }
  return new Map(left.toReversed().map((known, place) => [known, place]));
}

/** Of the version that would be chosen of these. */
function wantsOf(known: KnownPackage, allowed: VersionSet): Wanted[] {
  return sortedWants(known.versions[known.best(allowed)]?.dependencies ?? []);
}
