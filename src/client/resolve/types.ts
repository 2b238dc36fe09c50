/** What somebody needs of a package. */
export interface Wanted {
  name: string;
  /** In the grammar of `parseRequirement`. */
  requirement: string;
  /** True for what only the root needs, for its own development: it may lead back to the root. */
  dev?: boolean;
  /** What sentences call whoever wants it, of what the root wants; else they name the root. */
  by?: string;
}

/** A published version. */
export interface Candidate {
  version: string;
  /** Only taken if it is locked; where that is not to be kept, only if there is no solution without it. */
  yanked: boolean;
  dependencies: readonly Wanted[];
}

/** All packages there are, in memory. */
export interface PackageSource {
  /** In any order; undefined if there is no such package. */
  candidates(name: string): readonly Candidate[] | undefined;
  /** Names of packages, so that a misspelt one can be corrected. Asked only when something is wrong. */
  names?(): Iterable<string>;
  /** How many versions there are besides that make no sense to this client. Asked only when something is wrong. */
  unreadable?(name: string): number;
}

export interface ResolveOptions {
  /** Versions by name that are taken where they can be. */
  locked?: ReadonlyMap<string, string>;
  /** False for a package whose locked version is to be chosen anew; without it all stay. */
  keep?: (name: string) => boolean;
  /** How many rules may be looked at (`Resolution.steps`) before it is given up. */
  patience?: number;
}

export interface ResolvedPackage {
  version: string;
  /** Names of what it needs, sorted; all are in the resolution. */
  dependencies: string[];
}

export interface Resolution {
  /** In the order of their names. */
  packages: Map<string, ResolvedPackage>;
  /** What it took: rules that were looked at. A measure that does not depend on the machine. */
  steps: number;
}

export interface Root {
  name: string;
  wanted: readonly Wanted[];
}
