import { join, resolve } from 'node:path';
import type { VaisManifest } from '../../formats/vais/index.ts';
import {
  findProject,
  LOCK,
  projectFolder,
  readPathPackages,
  readProject,
  wantedOf,
  type PathPackages,
  type Project,
} from '../project/index.ts';
import type { Wanted } from '../resolve/index.ts';
import type { Demand } from './demand.ts';
import { readSpec } from './spec.ts';

/** What the words of the explainer call a command line. */
const COMMAND = 'this command';

/**
 * What `install` means: without `specs` what the project needs that `cwd` is in; else those packages, and inside a project what it needs as
 * well. The lock file is the project's; without a project that of the folder (protocols/vais 4). Faults as those of manifests.
 */
export async function readDemand(cwd: string, specs: readonly string[]): Promise<Demand> {
  if (specs.length === 0) return demandOfProject(await findProject(cwd), []);
  const wanted = specs.map((spec) => ({ ...readSpec(spec), by: COMMAND }));
  const folder = projectFolder(cwd);
  if (folder !== undefined) return demandOfProject(await readProject(folder), wanted);
  return {
    root: { name: COMMAND, wanted },
    local: new Map(),
    lockFile: join(resolve(cwd), LOCK),
    isProject: false,
    registry: undefined,
    unlisted: [],
    elsewhere: [],
  };
}

async function demandOfProject(project: Project, more: readonly Wanted[]): Promise<Demand> {
  const { manifest } = project;
  const paths = await readPathPackages(project);
  const normal = wantedOf(manifest, paths, { dev: false });
  const isNormal = new Set(normal.map(keyOf));
  const dev = wantedOf(manifest, paths, { dev: true }).filter((want) => !isNormal.has(keyOf(want)));
  const listed = new Set([manifest.name, ...[...normal, ...dev].map(({ name }) => name)]);
  return {
    root: {
      // Whoever tries what they have just published, in the folder of it, wants the one of the registry.
      name: more.some(({ name }) => name === manifest.name) ? COMMAND : manifest.name,
      wanted: [...normal, ...dev.map(({ name, requirement }) => ({ name, requirement, dev: true })), ...more],
    },
    local: localPackages(paths),
    lockFile: project.lockFile,
    isProject: true,
    registry: manifest.registry,
    unlisted: more.map(({ name }) => name).filter((name) => !listed.has(name)),
    elsewhere: [manifest, ...[...paths.values()].map((one) => one.manifest)].flatMap(namedRegistries),
  };
}

function localPackages(paths: PathPackages): Demand['local'] {
  return new Map(
    [...paths.values()].map(({ name, manifest, source }) => [
      name,
      { name, version: manifest.version, source, wanted: wantedOf(manifest, paths, { dev: false }) },
    ]),
  );
}

function namedRegistries({ dependencies, devDependencies }: VaisManifest): Demand['elsewhere'] {
  return [dependencies, devDependencies].flatMap((table) =>
    Object.entries(table).flatMap(([name, { registry, path }]) =>
      registry === undefined || path !== undefined ? [] : [{ name, registry }],
    ),
  );
}

function keyOf({ name, requirement }: Wanted): string {
  return `${name}@${requirement}`;
}
