import { Fault } from '../../kernel/light/index.ts';
import {
  findProject,
  readLock,
  readPathPackages,
  readText,
  type Lock,
  type PathPackages,
  type Project,
} from '../project/index.ts';
import type { PackageSource } from '../resolve/index.ts';
import { graphOf, type Graph, type RequirementOf } from './graph.ts';

export interface ProjectGraph {
  project: Project;
  paths: PathPackages;
  lock: Lock;
  graph: Graph;
}

/**
 * The graph of the project that the folder is in. What packages of a registry want of each other stands in no lock file, so it is
 * only known with the `source`, which is asked for the manifest's registry. Faults as `findProject`, `readPathPackages` and
 * `readLock`; `not_found` without a lock file if one is `needed`.
 */
export async function readGraph(
  cwd: string,
  {
    needed,
    source,
    program,
  }: {
    needed: boolean;
    source?: (project: Project) => Promise<PackageSource | undefined>;
    /** How the user calls the client, for what an error says to do. */
    program: string;
  },
): Promise<ProjectGraph> {
  const project = await findProject(cwd);
  const [paths, text] = await Promise.all([readPathPackages(project), readText(project.lockFile)]);
  if (text === undefined && needed) {
    throw new Fault('not_found', `There is no ${project.lockFile}. "${program} install" makes it.`);
  }
  const lock: Lock = text === undefined ? new Map() : readLock(text);
  const packages = await source?.(project);
  return { project, paths, lock, graph: graphOf(project.manifest, lock, requirements(paths, packages)) };
}

function requirements(paths: PathPackages, source: PackageSource | undefined): RequirementOf {
  return (name, version, wanted) => {
    const local = paths.get(name)?.manifest.dependencies[wanted];
    if (local !== undefined) return local.path === undefined ? local.requirement : `path ${local.path}`;
    const published = source?.candidates(name)?.find((candidate) => candidate.version === version);
    return published?.dependencies.find((want) => want.name === wanted)?.requirement;
  };
}
