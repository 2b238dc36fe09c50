import { Fault, isFault } from '../../kernel/light/index.ts';
import { parseRequirement } from '../../kernel/semver/light/index.ts';
import { findCycle } from './cycles.ts';
import { explain, factsOf } from './explain.ts';
import { hintsFor, type Demand } from './hints.ts';
import { sortedWants, type KnownPackage } from './known-package.ts';
import type { Rule } from './rule.ts';
import { solve } from './solver.ts';
import type { PackageSource, Resolution, ResolvedPackage, ResolveOptions, Root } from './types.ts';
import { isEmpty } from './version-set.ts';
import { askersOf, joined, wantInWords } from './words.ts';
import { World } from './world.ts';

/**
 * Finds one version of each package that is needed, so that all requirements hold: what is locked where it can stay, else the highest
 * release, else the highest pre-release that a requirement names. A yanked version only if it is locked, and where that is not to be
 * kept only if there is no solution without it. The same input gives the same answer, in whatever order it is written down. Throws a Fault that explains itself: `bad_request` (a requirement that cannot be
 * read), `package_not_found`, `version_not_found`, `conflict` (also for packages that need each other in a ring).
 */
export function resolve(root: Root, source: PackageSource, options: ResolveOptions = {}): Resolution {
  const { locked = new Map<string, string>(), keep = () => true } = options;
  const renewed = [...locked].filter(([name]) => !keep(name));
  const kept = new Map([...locked].filter(([name]) => keep(name)));
  try {
    return attempt(root, source, { ...options, locked: kept });
  } catch (error) {
    const isYanked = ([name, version]: [string, string]) =>
      source.candidates(name)?.some((one) => one.yanked && one.version === version) === true;
    if (!isFault(error) || !renewed.some(isYanked)) throw error;
    try {
      return attempt(root, source, options);
    } catch {
      throw error;
    }
  }
}

function attempt(root: Root, source: PackageSource, options: ResolveOptions): Resolution {
  const world = new World(root, source, options, false);
  checkRoot(world, root, source);
  const solved = solve(world, options.patience);
  if (solved.kind === 'failure') throw failed(root, source, options);
  const packages = packagesOf(solved.chosen);
  refuseCycle(root, packages);
  return { packages, steps: solved.steps };
}

/** What the root itself asks for in vain is told at once, and all of it. */
function checkRoot(world: World, root: Root, source: PackageSource): void {
  const demands: (Demand & { by: string })[] = [];
  for (const { name, requirement, by = root.name } of sortedWants(root.wanted)) {
    parseRequirement(requirement);
    const wanted = world.package(name);
    const matching = wanted.matching(requirement);
    if (matching === undefined || isEmpty(matching)) demands.push({ wanted, requirement, by });
  }
  if (demands.length === 0) return;
  const missing = demands.filter(({ wanted }) => !wanted.exists);
  const lines = demands.map(({ wanted, requirement, by }) =>
    wanted.exists
      ? `No version of ${wanted.name} matches ${requirement}, which ${by} wants.`
      : `There is no package ${wanted.name}, which ${by} wants.`,
  );
  const code = missing.length === demands.length ? 'package_not_found' : 'version_not_found';
  throw new Fault(code, [...lines, ...hintsFor(demands, source)].join('\n'));
}

/** Looks for the solution again, with an eye to which versions are alike: what is told about them is shorter then. */
function failed(root: Root, source: PackageSource, options: ResolveOptions): Fault {
  const world = new World(root, source, options, true);
  const solved = solve(world, options.patience);
  if (solved.kind === 'solution') throw new Error('Two ways to the same solution differ.');
  return explanation(solved.rule, world.root, source);
}

function explanation(rule: Rule, root: KnownPackage, source: PackageSource): Fault {
  const lines = explain(rule, root).map((line) => `  ${line}`);
  const hints = hintsFor(factsOf(rule), source);
  const askers = askersOf(root.name, root.versions[0]?.dependencies ?? []);
  const whose = askers.length > 1 ? 'their' : 'its';
  const head = `No versions can be found that meet everything that ${joined([...askers, `${whose} packages`], 'and')} want:`;
  return new Fault('conflict', [head, ...lines, ...hints].join('\n'));
}

function packagesOf(chosen: ReadonlyMap<KnownPackage, number>): Map<string, ResolvedPackage> {
  const sorted = [...chosen].toSorted(([one], [other]) => (one.name < other.name ? -1 : 1));
  return new Map(
    sorted.flatMap(([{ name, versions }, index]) => {
      const candidate = versions[index];
      if (candidate === undefined) return [];
      const names = new Set(candidate.dependencies.map((want) => want.name));
      return [[name, { version: candidate.version, dependencies: [...names].toSorted(byText) }] as const];
    }),
  );
}

function refuseCycle(root: Root, packages: ReadonlyMap<string, ResolvedPackage>): void {
  const wanted = root.wanted.filter(({ dev }) => dev !== true).map(({ name }) => name);
  const needs = (name: string) => packages.get(name)?.dependencies ?? [];
  const ring = findCycle(packages.keys(), needs) ?? ringThroughRoot(root.name, wanted, needs);
  if (ring === undefined) return;
  const path = ring.map((name) => wantInWords(name, packages.get(name)?.version ?? ''));
  throw new Fault(
    'conflict',
    `Packages need each other in a ring: ${path.join(' → ')}. One of them has to do without the next.`,
  );
}

/** The root may be published too, under its own name; what it needs itself must not need it. */
function ringThroughRoot(
  root: string,
  wanted: readonly string[],
  needs: (name: string) => readonly string[],
): string[] | undefined {
  return findCycle([root], (name) => (name === root ? wanted.toSorted(byText) : needs(name)));
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}
