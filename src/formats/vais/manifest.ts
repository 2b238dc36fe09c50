import { isFault } from '../../kernel/light/index.ts';
import { readDependencies, type VaisDependencies } from './dependencies.ts';
import { manifestFault, tableAt, textAt, textsAt, type TomlFields } from './fields.ts';
import { isProjectName, isVaisName, nameProblem, shown } from './names.ts';
import { parseTomlFile } from './toml.ts';
import { strictVersion } from './versions.ts';

/** `vais.toml` (vais.md 3). What is not said is undefined, a list empty. */
export interface VaisManifest {
  name: string;
  /** Strict SemVer. */
  version: string;
  description: string | undefined;
  license: string | undefined;
  authors: string[];
  homepage: string | undefined;
  repository: string | undefined;
  documentation: string | undefined;
  keywords: string[];
  categories: string[];
  /** Where the packages of this project come from: `registry` of [package], or `url` of [registry]. */
  registry: string | undefined;
  dependencies: VaisDependencies;
  devDependencies: VaisDependencies;
}

export interface ReadManifestOptions {
  /** Of a project that is not published, whose name and those of its path dependencies no registry has to like. */
  unpublished?: boolean;
}

/** Characters; the largest that people write have some ten thousand. */
const LONGEST = 256 * 1024;
const REQUIRED = 'name = "my-package" and version = "1.0.0"';

/**
 * Reads `vais.toml`: keys that nobody knows are passed over, `dev_dependencies` is as good as `dev-dependencies`. Fault
 * `manifest_invalid` that says where and what to do, or `too_large`; never anything else, whatever the text is.
 */
export function readVaisManifest(
  text: string,
  { unpublished = false }: ReadManifestOptions = {},
): VaisManifest {
  const fields = parseTomlFile(text, { file: 'vais.toml', longest: LONGEST });
  const info = tableAt(fields, 'package');
  if (info === undefined) throw manifestFault(`it has no [package] section: add one with ${REQUIRED}.`);
  const textOf = (key: string) => textAt(info, key, '[package]');
  const textsOf = (key: string) => textsAt(info, key, '[package]') ?? [];
  const name = readName(textOf('name'), unpublished);
  const dependencies = readDependencies(fields, ['dependencies'], unpublished);
  const registry = textOf('registry') ?? registryUrl(fields);
  if (!unpublished) {
    checkNotItsOwn(name, dependencies);
    checkOneRegistry(registry, dependencies);
  }
  return {
    name,
    version: readManifestVersion(textOf('version')),
    description: textOf('description'),
    license: textOf('license'),
    authors: textsOf('authors'),
    homepage: textOf('homepage'),
    repository: textOf('repository'),
    documentation: textOf('documentation'),
    keywords: textsOf('keywords'),
    categories: textsOf('categories'),
    registry,
    dependencies,
    // Nobody else ever installs these.
    devDependencies: readDependencies(fields, ['dev-dependencies', 'dev_dependencies'], true),
  };
}

function readName(name: string | undefined, unpublished: boolean): string {
  if (name === undefined) throw manifestFault(`[package] has no name: add name = "my-package".`);
  if (isVaisName(name) || (unpublished && isProjectName(name))) return name;
  throw manifestFault(`the name ${shown(name)} ${nameProblem(name)}.`);
}

/** Clients find a ring in it, the original too: nobody could install it. What is for development nobody else ever installs. */
function checkNotItsOwn(name: string, dependencies: VaisDependencies): void {
  if (dependencies[name] === undefined) return;
  throw manifestFault(
    `${shown(name)} in [dependencies] is this very package, and one that needs itself cannot be installed: take the line out.`,
  );
}

/** The index has no place for another registry: whoever installs the package would get what its own has under that name. */
function checkOneRegistry(own: string | undefined, dependencies: VaisDependencies): void {
  for (const [name, { registry }] of Object.entries(dependencies)) {
    if (registry === undefined || withoutSlash(registry) === withoutSlash(own ?? '')) continue;
    throw manifestFault(
      `${shown(name)} in [dependencies] is to come from the registry ${shown(registry)}, and who installs a package takes all that it needs from one: publish ${shown(name)} where this package goes, and take "registry" out.`,
    );
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}

function readManifestVersion(version: string | undefined): string {
  if (version === undefined) throw manifestFault(`[package] has no version: add version = "1.0.0".`);
  try {
    return strictVersion(version);
  } catch (error) {
    if (isFault(error)) throw manifestFault(error.message);
    throw error;
  }
}

function registryUrl(fields: TomlFields): string | undefined {
  const registry = tableAt(fields, 'registry');
  return registry === undefined ? undefined : textAt(registry, 'url', '[registry]');
}
