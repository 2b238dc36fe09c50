import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache.ts';
import { alone } from './claims.ts';

const execute = promisify(execFile);

/** The folder of the PATH that has a program. */
export function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.find((folder) => folder !== '' && existsSync(join(folder, program)));
}

export interface Unpacked {
  /** Where the packages' files lie as they would below `/`. */
  root: string;
  /** Folder of the libraries of this machine's architecture. */
  libraries: string;
  /** Variables by which programs find their libraries. */
  env: Record<string, string>;
}

/**
 * Debian's packages with what they need and this machine lacks, unpacked into the cache folder: nothing is installed, and no root is
 * needed. Rejects where apt-get cannot download them or they do not pass the check.
 *
 * @param name of the folder
 * @param without packages that are left out
 * @param check rejects if the programs do not run
 */
export async function debianPackages(
  name: string,
  packages: readonly string[],
  without: RegExp,
  check: (unpacked: Unpacked) => Promise<void>,
): Promise<Unpacked> {
  const folder = join(cacheFolder(), name);
  if (!existsSync(folder)) {
    // It is much to download, and test files start together.
    await alone(name, async () => {
      if (!existsSync(folder)) await unpack(folder, packages, without, check);
    });
  }
  return unpackedIn(folder);
}

async function unpack(
  folder: string,
  packages: readonly string[],
  without: RegExp,
  check: (unpacked: Unpacked) => Promise<void>,
): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const building = await mkdtemp(`${folder}-`);
  try {
    const missing = (await missingPackages(packages)).filter((one) => !without.test(one));
    await execute('apt-get', ['download', ...missing], { cwd: building });
    for (const file of await readdir(building)) {
      await execute('dpkg', ['-x', file, 'root'], { cwd: building });
      await rm(join(building, file));
    }
    await chmod(building, 0o755);
    await check(unpackedIn(building));
    await rename(building, folder);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw new Error(
      `Install ${packages.join(', ')}: they are not on the PATH, and apt-get cannot download them.`,
      { cause: error },
    );
  }
}

/** What an installation would add to this machine. */
async function missingPackages(packages: readonly string[]): Promise<string[]> {
  const options = ['install', '--simulate', '--no-install-recommends'];
  const { stdout } = await execute('apt-get', [...options, ...packages]);
  return [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
}

function unpackedIn(folder: string): Unpacked {
  const root = join(folder, 'root');
  const architecture = readdirSync(join(root, 'usr/lib')).find((name) => name.includes('-linux-')) ?? '';
  const libraries = join(root, 'usr/lib', architecture);
  return {
    root,
    libraries,
    env: { LD_LIBRARY_PATH: [libraries, join(libraries, 'ceph'), join(root, 'lib', architecture)].join(':') },
  };
}
