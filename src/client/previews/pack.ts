import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../kernel/index.ts';
import {
  isReadableName,
  readPackageArchive,
  rewriteApart,
  type PackageArchive,
} from '../../formats/npm/index.ts';
import type { Variables } from './commit.ts';
import { packageManagerOf, packArguments, programOf, type PackageManager } from './package-manager.ts';
import type { Source } from './packages.ts';
import { runTool } from './run-tool.ts';

/** An archive that can be sent. */
export interface Packed {
  name: string;
  version: string;
  /** Path of the archive. */
  file: string;
  /** Bytes. */
  size: number;
  /** Names of what installs with it. */
  dependencies: string[];
}

export interface PackOptions {
  /** Where archives may be written. */
  scratch: string;
  env: Variables;
  /** Who packs, whatever the projects say. */
  packWith: PackageManager | undefined;
  /** In place of that of package.json; undefined: that. */
  version: string | undefined;
}

/**
 * Packs a folder with the package manager of its project, whose `prepack` scripts run, or takes an archive as it is. Undefined for an
 * archive of a private package. Fault `bad_request` with what the package manager said.
 */
export async function packSource(source: Source, options: PackOptions): Promise<Packed | undefined> {
  const isFolder = source.kind === 'folder';
  const packed = isFolder ? await packFolder(source.path, options) : source.path;
  const archive = await readPackageArchive(createReadStream(packed));
  const { packageJson } = archive;
  const { name, version = options.version } = packageJson;
  if (packageJson['private'] === true) return undefined;
  if (typeof name !== 'string' || !isReadableName(name) || typeof version !== 'string') {
    throw new Fault('bad_request', `package.json of ${source.path} has no valid name, or no version.`);
  }
  const file =
    options.version === undefined ? packed : await withVersion(options.version, packed, archive, options);
  const { size } = await stat(file);
  const dependencies = ['dependencies', 'optionalDependencies'].flatMap((field) =>
    Object.keys(packageJson[field] ?? {}),
  );
  return { name, version: options.version ?? version, file, size, dependencies };
}

/** The archive with another version in its package.json. */
async function withVersion(
  version: string,
  file: string,
  { packageJson, packageJsonAt }: PackageArchive,
  { scratch }: PackOptions,
): Promise<string> {
  const target = join(await mkdtemp(join(scratch, 'version-')), 'package.tgz');
  const text = `${JSON.stringify({ ...packageJson, version }, null, 2)}\n`;
  await pipeline(
    rewriteApart(createReadStream(file), { place: packageJsonAt, change: { text } }),
    createWriteStream(target),
  );
  return target;
}

async function packFolder(folder: string, { scratch, env, packWith }: PackOptions): Promise<string> {
  const manager = packWith ?? (await packageManagerOf(folder));
  const target = await mkdtemp(join(scratch, 'pack-'));
  const program = programOf(manager);
  const result = await runTool(program, packArguments(manager, target), {
    cwd: folder,
    env: withoutSecrets(env),
  });
  if (result === undefined) {
    throw new Fault(
      'bad_request',
      `${folder} is packed with ${program}, which is not installed here: install it, say --pack-with, or name archives (.tgz) that you packed before.`,
    );
  }
  const archives = (await readdir(target)).filter((name) => name.endsWith('.tgz'));
  const [archive] = archives;
  if (result.code === 0 && archive !== undefined && archives.length === 1) return join(target, archive);
  const said = `${result.stdout}\n${result.stderr}`.trim();
  throw new Fault('bad_request', `${folder} could not be packed with ${program}:\n${said}`);
}

/** What a job publishes with, and what it gets an identity with. */
const SECRETS = [
  'KONTOR_TOKEN',
  'NPM_ID_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
];

/** For scripts of packages, of which few people know what they do. Empty, not gone: Yarn refuses an `.npmrc` that names what is gone. */
function withoutSecrets(env: Variables): Variables {
  const hidden = SECRETS.filter((name) => env[name] !== undefined).map((name) => [name, '']);
  return { ...env, ...Object.fromEntries(hidden) };
}
