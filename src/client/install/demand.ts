import type { PackageSource, Root, Wanted } from '../resolve/index.ts';

/** A package in a folder of this machine, which a project needs by its path. */
export interface LocalPackage {
  name: string;
  version: string;
  /** What the lock file calls it. */
  source: `path+${string}`;
  /** What it needs, its own local packages too. */
  wanted: readonly Wanted[];
}

/** What is to be installed, and where that is written down. */
export interface Demand {
  root: Root;
  local: ReadonlyMap<string, LocalPackage>;
  /** `vais.lock` */
  lockFile: string;
  /** False for a folder that has no more than a lock file. */
  isProject: boolean;
  /** The registry that the manifest names. */
  registry: string | undefined;
  /** Packages that a line names and the manifest does not: the next install without names takes them out of the lock. */
  unlisted: readonly string[];
  /** Packages that a manifest wants of a registry that it names beside them. */
  elsewhere: readonly { name: string; registry: string }[];
}

/** The packages of a registry with local ones in place of those of the same name. */
export function withLocal(index: PackageSource, local: Demand['local']): PackageSource {
  return {
    candidates: (name) => {
      const one = local.get(name);
      if (one === undefined) return index.candidates(name);
      return [{ version: one.version, yanked: false, dependencies: one.wanted }];
    },
    names: () => [...local.keys(), ...(index.names?.() ?? [])],
    unreadable: (name) => (local.has(name) ? 0 : (index.unreadable?.(name) ?? 0)),
  };
}

/** True if a registry has to be asked for anything at all. */
export function needsRegistry({ root, local }: Demand): boolean {
  return [root.wanted, ...[...local.values()].map(({ wanted }) => wanted)].some((wants) =>
    wants.some(({ name }) => !local.has(name)),
  );
}

/** What a person types to have a package of a lock chosen anew. */
export function renewalOf({ isProject }: Demand, name: string): string {
  return isProject ? `"update ${name}"` : `"install --update ${name}"`;
}
