import {
  editManifest,
  findProject,
  pathFor,
  readLock,
  readPathPackages,
  readText,
  withDependency,
  type Project,
  type WantedDependency,
} from '../../client/project/index.ts';
import type { PackageIndex } from '../../client/registry/index.ts';
import { checkVaisName } from '../../formats/vais/light/index.ts';
import { Fault, isFault } from '../../kernel/light/index.ts';
import { parseRequirement } from '../../kernel/semver/light/index.ts';
import { command, Misuse } from './command.ts';
import type { Context } from './context.ts';
import { chooseRequirement, type Present } from './dependency-choice.ts';
import { indexOrCopy } from './index-or-copy.ts';
import { openRegistry, registryOption } from './registry.ts';
import { nameAndVersion } from './spec.ts';

/** A dependency as the line has it. */
interface Asked {
  name: string;
  requirement: string | undefined;
}

/**
 * Writes dependencies into the manifest. Whoever says no version gets the highest there is, and what is compatible with it. What the
 * registry has no version for is refused: the next install would fail.
 */
export const add = command({
  arguments: 'NAME[@REQ]...',
  options: {
    dev: { about: 'for development only' },
    path: { value: 'FOLDER', about: 'the package in that folder' },
    version: { value: 'REQ', about: 'instead of @REQ behind the name' },
    ...registryOption,
    offline: { about: 'choose and check versions by the index on this machine' },
  },
  run: async (context, specs, { dev = false, path, version, registry, offline = false }) => {
    if (specs.length > 1 && (path ?? version) !== undefined)
      throw new Misuse('--path and --version are for one package');
    const asked = specs.map((spec) => readAsked(spec, version));
    const project = await findProject(context.cwd);
    const added =
      path === undefined
        ? await ofRegistry(context, project, asked, { registry, offline })
        : await Promise.all(
            asked.map(async ({ name, requirement }) => ({
              name,
              requirement,
              path: await pathFor(project, name, { path, cwd: context.cwd }),
            })),
          );
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

/** Throws Misuse for two versions, or an empty one; Fault `bad_request` for one that nobody can read. */
function readAsked(spec: string, option: string | undefined): Asked {
  const { name, version } = nameAndVersion(spec);
  if (option?.trim() === '') throw new Misuse("option '--version REQ' needs a value");
  if (version !== undefined && option !== undefined)
    throw new Misuse(`'${spec}' and --version ${option} are two versions`);
  const requirement = version ?? option;
  if (requirement !== undefined) parseRequirement(requirement);
  return { name, requirement };
}

async function ofRegistry(
  context: Context,
  project: Project,
  asked: readonly Asked[],
  where: { registry: string | undefined; offline: boolean },
): Promise<(WantedDependency & { name: string; path?: undefined })[]> {
  for (const { name } of asked) {
    checkVaisName(name);
    if (name === project.manifest.name) {
      throw new Fault(
        'bad_request',
        `${name} is the project itself: a package cannot depend on itself. "${context.program} install ${name}" tries the published one.`,
      );
    }
  }
  const index = await indexFor(context, project, asked, where);
  if (index === undefined) return [...asked];
  const present = await presentIn(project);
  return asked.map((one) => ({ name: one.name, requirement: chooseRequirement(index, one, present) }));
}

/** Undefined, with a warning, where there is none to ask and the line says all the same which versions are meant. */
async function indexFor(
  context: Context,
  { manifest }: Project,
  asked: readonly Asked[],
  { registry, offline }: { registry: string | undefined; offline: boolean },
): Promise<PackageIndex | undefined> {
  const saysAll = asked.every(({ requirement }) => requirement !== undefined);
  const isNamed = Boolean(registry ?? manifest.registry ?? context.env['KONTOR_REGISTRY_URL']);
  try {
    const { client } = await openRegistry(
      context,
      registry === undefined ? {} : { registry },
      manifest.registry,
    );
    try {
      return await indexOrCopy(context, client, { offline });
    } finally {
      client.close();
    }
  } catch (error) {
    const noneToAsk = isFault(error, 'unavailable') || (!isNamed && isFault(error, 'bad_request'));
    if (!saysAll || !noneToAsk) throw error;
    context.warn(`It is not checked that there are such versions: ${error.message}`);
    return undefined;
  }
}

/** What the next install takes whatever the registry has. What cannot be read is install's to tell. */
async function presentIn(project: Project): Promise<Present> {
  const present = new Map<string, string>();
  const { dependencies, devDependencies } = project.manifest;
  try {
    const text = await readText(project.lockFile);
    for (const { name, version, source } of text === undefined ? [] : readLock(text).values())
      if (source === 'registry') present.set(name, version);
    for (const [name, { manifest }] of await readPathPackages(project)) {
      // A folder that the project itself names is replaced; one that a neighbour names stays.
      if ((dependencies[name] ?? devDependencies[name])?.path === undefined)
        present.set(name, manifest.version);
    }
  } catch (error) {
    if (!isFault(error)) throw error;
  }
  return present;
}
