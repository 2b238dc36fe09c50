import { openIndex } from '../../client/cache/index.ts';
import { vaisHome } from '../../client/credentials/index.ts';
import {
  editManifest,
  findProject,
  pathFor,
  withDependency,
  type Project,
  type WantedDependency,
} from '../../client/project/index.ts';
import type { PackageIndex } from '../../client/registry/index.ts';
import { checkVaisName } from '../../formats/vais/light/index.ts';
import { Fault, nearest } from '../../kernel/light/index.ts';
import { newestVersion, parseRequirement } from '../../kernel/semver/light/index.ts';
import { command, Misuse } from './command.ts';
import type { Context } from './context.ts';
import { openRegistry, registryOption } from './registry.ts';
import { nameAndVersion } from './spec.ts';

/** Writes dependencies into the manifest. Whoever says no version gets the highest there is, and what is compatible with it. */
export const add = command({
  arguments: 'NAME[@REQ]...',
  options: {
    dev: { about: 'for development only' },
    path: { value: 'FOLDER', about: 'the package in that folder' },
    version: { value: 'REQ', about: 'instead of @REQ behind the name' },
    ...registryOption,
    offline: { about: 'choose a version by the index on this machine' },
  },
  run: async (context, specs, { dev = false, path, version, registry, offline = false }) => {
    if (specs.length > 1 && (path ?? version) !== undefined)
      throw new Misuse('--path and --version are for one package');
    const project = await findProject(context.cwd);
    const asked = specs.map((spec) => {
      const { name, version: behind } = nameAndVersion(spec);
      if (behind !== undefined && version !== undefined)
        throw new Misuse(`'${spec}' and --version ${version} are two versions`);
      return { name, requirement: behind ?? version };
    });
    const needsIndex = path === undefined && asked.some(({ requirement }) => requirement === undefined);
    const index = needsIndex ? await indexFor(context, project, { registry, offline }) : undefined;
    const added: ({ name: string } & WantedDependency)[] = [];
    for (const { name, requirement } of asked) {
      if (path === undefined) checkVaisName(name);
      if (requirement !== undefined) parseRequirement(requirement);
      const folder =
        path === undefined ? undefined : await pathFor(project, name, { path, cwd: context.cwd });
      const wanted = { requirement: requirement ?? (index && highest(index, name)), path: folder };
      added.push({ name, ...wanted });
    }
    await editManifest(project.manifestFile, (text) =>
      added.reduce((before, { name, ...wanted }) => withDependency(before, name, wanted, { dev }), text),
    );
    const table = dev ? 'dev-dependencies' : 'dependencies';
    for (const { name, requirement, path: folder } of added) {
      const what = [requirement, folder].filter((part) => part !== undefined).join(' ');
      context.say(`${context.paint.green('✓')} Added ${name} ${what} to [${table}]`);
    }
    context.document({ manifest: project.manifestFile, table, added });
    return 0;
  },
});

async function indexFor(
  context: Context,
  { manifest }: Project,
  { registry, offline }: { registry: string | undefined; offline: boolean },
): Promise<PackageIndex> {
  const { client } = await openRegistry(
    context,
    registry === undefined ? {} : { registry },
    manifest.registry,
  );
  try {
    return await openIndex(client, { home: vaisHome(context.env), offline, warn: context.warn });
  } finally {
    client.close();
  }
}

/** What is compatible with the highest version that is not yanked. */
function highest(index: PackageIndex, name: string): string {
  const found = index.package(name);
  if (found === undefined) {
    const near = nearest(name, [...index.names()]);
    throw new Fault(
      'package_not_found',
      `Package not found: ${name}${near === undefined ? '' : `; is ${near} meant?`}`,
    );
  }
  const versions = found.versions.filter(({ yanked }) => !yanked).map(({ version }) => version);
  const newest = newestVersion(versions);
  if (newest === undefined) {
    throw new Fault(
      'version_not_found',
      `Every version of ${name} is yanked; say which you want as ${name}@REQ.`,
    );
  }
  return `^${newest.replace(/\+.*/, '')}`;
}
