import type { VaisDependencies, VaisManifest } from '../../formats/vais/light/index.ts';
import type { Lock } from '../project/index.ts';

/** That one package needs another. */
export interface Arrow {
  to: string;
  /** As written; `path ../lib` for a folder; undefined where it is not known. */
  requirement: string | undefined;
  /** Only for the development of the root. */
  dev: boolean;
}

export interface GraphPackage {
  name: string;
  version: string;
  /** `registry`, or `path+../lib`. */
  source: string;
  arrows: readonly Arrow[];
}

/** What a project needs and what that needs, as it is locked. */
export interface Graph {
  root: { name: string; version: string; arrows: readonly Arrow[] };
  /** By name. What an arrow leads to may be missing: the manifest was changed since. */
  packages: ReadonlyMap<string, GraphPackage>;
}

/** What is known of requirements that stand in no lock file; undefined where nothing is. */
export type RequirementOf = (name: string, version: string, wanted: string) => string | undefined;

export function graphOf(manifest: VaisManifest, lock: Lock, requirementOf: RequirementOf): Graph {
  const packages = [...lock.values()].map(({ name, version, source, dependencies }) => {
    const arrows = dependencies.map((to) => ({
      to,
      requirement: requirementOf(name, version, to),
      dev: false,
    }));
    return [name, { name, version, source, arrows }] as const;
  });
  return {
    root: {
      name: manifest.name,
      version: manifest.version,
      arrows: [...arrowsOf(manifest.dependencies, false), ...arrowsOf(manifest.devDependencies, true)],
    },
    packages: new Map(packages),
  };
}

function arrowsOf(table: VaisDependencies, dev: boolean): Arrow[] {
  return Object.entries(table)
    .map(([to, { requirement, path }]) => ({
      to,
      requirement: path === undefined ? requirement : `path ${path}`,
      dev,
    }))
    .toSorted((one, other) => (one.to < other.to ? -1 : 1));
}
