import { relative, resolve, sep } from 'node:path';
import { realpath } from 'node:fs/promises';
import { Fault } from '../../kernel/light/index.ts';
import { parseRequirement } from '../../kernel/semver/light/index.ts';
import type { VaisDependencies, VaisManifest } from '../../formats/vais/light/index.ts';
import { readProject, type Project } from './find.ts';
import { MANIFEST, projectFolder } from './folder.ts';

/** A package that lies in a folder of this machine. */
export interface PathPackage {
  name: string;
  /** Absolute. */
  folder: string;
  manifest: VaisManifest;
  /** What the lock calls it: the folder relative to the root project's, with `/`. */
  source: `path+${string}`;
}

export type PathPackages = ReadonlyMap<string, PathPackage>;

/** What a package wants of another, as the resolver reads it. */
export interface WantedPackage {
  name: string;
  requirement: string;
}

/**
 * The folders that a project depends on, and those that these depend on; dependencies for development are the project's own only. Fault
 * `bad_request` that names the manifest and what is wrong: no such folder, another package in it, two folders for one name, a ring.
 */
export async function readPathPackages(root: Project): Promise<PathPackages> {
  const found = new Map<string, PathPackage>();
  const own = await realpath(root.folder);
  await walk(root, [root.manifest.devDependencies, root.manifest.dependencies]);
  return found;

  async function walk(project: Project, tables: readonly VaisDependencies[]): Promise<void> {
    for (const [name, { path, requirement }] of tables.flatMap((table) => Object.entries(table))) {
      if (path === undefined) continue;
      const at = `"${name}" in ${project.manifestFile}`;
      const folder = await existingFolder(resolve(project.folder, path), at);
      const before = found.get(name);
      if (before !== undefined) {
        if (before.folder === folder) continue;
        throw new Fault(
          'bad_request',
          `${at} is ${folder}, and elsewhere it is ${before.folder}: one name is one package.`,
        );
      }
      if (folder === own) {
        throw new Fault('bad_request', `${at} is the project itself: a package cannot depend on itself.`);
      }
      const neighbour = await readProject(folder);
      checkNeighbour(neighbour, { name, requirement, at });
      const source = `path+${relative(own, folder).split(sep).join('/')}` as const;
      found.set(name, { name, folder, manifest: neighbour.manifest, source });
      await walk(neighbour, [neighbour.manifest.dependencies]);
    }
  }
}

/** What a manifest wants; a name may stand in it twice. Of a folder it is the very version that lies there, which may be one that `*` does not take. */
export function wantedOf(
  { dependencies, devDependencies }: VaisManifest,
  paths: PathPackages,
  { dev }: { dev: boolean },
): WantedPackage[] {
  const entries = [dependencies, ...(dev ? [devDependencies] : [])].flatMap((table) => Object.entries(table));
  return entries.map(([name, { path, requirement }]) => {
    const neighbour = path === undefined ? undefined : paths.get(name);
    return { name, requirement: neighbour === undefined ? requirement : `=${neighbour.manifest.version}` };
  });
}

async function existingFolder(folder: string, at: string): Promise<string> {
  const real = await realpath(folder).catch((cause: unknown) => {
    throw new Fault('bad_request', `${at} is to be in ${folder}, and there is no such folder.`, { cause });
  });
  if (projectFolder(real) === real) return real;
  throw new Fault('bad_request', `${at} is to be in ${folder}, and there is no ${MANIFEST} in that folder.`);
}

function checkNeighbour(
  { manifest, folder }: Project,
  { name, requirement, at }: { name: string; requirement: string; at: string },
): void {
  if (manifest.name !== name) {
    throw new Fault(
      'bad_request',
      `${at} is ${folder}, whose package is called "${manifest.name}": write that name.`,
    );
  }
  if (requirement === '*' || parseRequirement(requirement).matches(manifest.version)) return;
  throw new Fault(
    'bad_request',
    `${at} is to be ${requirement}, and ${folder} has version ${manifest.version}.`,
  );
}
