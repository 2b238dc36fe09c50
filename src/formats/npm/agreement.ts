import { Fault } from '../../kernel/index.ts';
import type { PackageArchive } from './archive.ts';
import { isObject, own, type JsonObject } from './json.ts';
import { allDependencies, bin, dependencies, sameSpecifier, scripts } from './normalize.ts';
import { looseVersionKey } from './versions.ts';

/** Run by clients when they install from a registry. */
export const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];
/** Run only by whoever publishes; some clients leave them out of what they publish. */
const PUBLISH_SCRIPTS = new Set([
  'prepublish',
  'prepublishOnly',
  'prepack',
  'prepare',
  'postpack',
  'publish',
  'postpublish',
]);

/**
 * Compares the manifest, from which clients choose and resolve, with package.json in the archive, which they then
 * install. Rejects with Fault `manifest_invalid` if they tell different stories about name, version, scripts,
 * dependencies, commands or licence.
 *
 * It must never refuse what a client does by itself, so it is lenient where no harm can come from it:
 * a script that only the manifest has never runs, unless it is an install script; and the manifest may lack commands.
 */
export function checkAgreement(manifest: JsonObject, archive: PackageArchive): void {
  const inside = archive.packageJson;
  checkIdentity(manifest, inside);
  checkScripts(manifest, archive);
  const bundled = new Set([...list(inside, 'bundleDependencies'), ...list(inside, 'bundledDependencies')]);
  // npm adds what is bundled without being depended on, as any version.
  const implied = (name: string, range: string): boolean => range === '*' && bundled.has(name);
  compare('dependencies', allDependencies(manifest), allDependencies(inside), implied);
  for (const kind of ['optionalDependencies', 'peerDependencies']) {
    compare(kind, dependencies(manifest, kind), dependencies(inside, kind), () => false);
  }
  checkBin(manifest, inside);
  checkLicence(trimmed(own(manifest, 'license')), trimmed(own(inside, 'license')));
}

/** Fault `manifest_invalid` if the two are not of one package and version. */
export function checkIdentity(manifest: JsonObject, inside: JsonObject): void {
  const name = trimmed(own(inside, 'name'));
  if (name !== own(manifest, 'name')) throw disagreement('name', own(manifest, 'name'), name);
  // Clients clean the version and some cut its build metadata, in the manifest only.
  const version = trimmed(own(inside, 'version'));
  const published = trimmed(own(manifest, 'version'));
  if (looseVersionKey(version) !== looseVersionKey(published))
    throw disagreement('version', published, version);
}

function checkScripts(manifest: JsonObject, { packageJson, hasGyp }: PackageArchive): void {
  const published = scripts(manifest);
  const packed = scripts(packageJson);
  for (const [name, text] of packed) {
    const other = published.get(name);
    if (other === undefined && PUBLISH_SCRIPTS.has(name)) continue;
    if (other !== text) throw disagreement(`scripts.${name}`, other, text);
  }
  for (const name of INSTALL_SCRIPTS) {
    const text = published.get(name);
    if (text === undefined || packed.has(name)) continue;
    // Clients write down the build that a binding.gyp implies.
    if (name === 'install' && hasGyp && text === 'node-gyp rebuild') continue;
    throw disagreement(`scripts.${name}`, text, undefined);
  }
}

function checkBin(manifest: JsonObject, inside: JsonObject): void {
  const directories = own(inside, 'directories');
  // The commands are then whatever that folder holds, listed by the client.
  if (isObject(directories) && own(directories, 'bin') !== undefined) return;
  const packed = bin(inside);
  for (const [command, path] of bin(manifest)) {
    if (packed.get(command) !== path) throw disagreement(`bin.${command}`, path, packed.get(command));
  }
}

/** Clients fill in a licence that is missing, and yarn 1 spells out the old names of some. */
function checkLicence(published: string, packed: string): void {
  if (published === '' || packed === '') return;
  const stem = packed.toLowerCase().replace(/(-like|\*)$/, '');
  if (published.toLowerCase().startsWith(stem)) return;
  if (published === 'MIT' && /^(MIT\/)?X11$/.test(packed)) return;
  throw disagreement('license', published, packed);
}

function compare(
  field: string,
  published: Map<string, string>,
  packed: Map<string, string>,
  implied: (name: string, range: string) => boolean,
): void {
  for (const name of new Set([...published.keys(), ...packed.keys()])) {
    const one = published.get(name);
    const other = packed.get(name);
    if (one !== undefined && other !== undefined && sameSpecifier(one, other)) continue;
    if (one !== undefined && other === undefined && implied(name, one)) continue;
    throw disagreement(`${field}.${name}`, one, other);
  }
}

function list(manifest: JsonObject, field: string): unknown[] {
  const value = own(manifest, field);
  if (isObject(value)) return Object.keys(value);
  return Array.isArray(value) ? value : [];
}

function trimmed(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function disagreement(field: string, published: unknown, packed: unknown): Fault {
  return new Fault(
    'manifest_invalid',
    `"${field.slice(0, 100)}" is ${show(published)} in the published manifest and ${show(packed)} in the archive's package.json; publish again without changing either.`,
  );
}

function show(value: unknown): string {
  return typeof value === 'string' && value !== '' ? JSON.stringify(value.slice(0, 100)) : 'nothing';
}
