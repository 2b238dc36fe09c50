import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache.ts';
import { alone } from './claims.ts';

const execute = promisify(execFile);

/** Ceph's daemons and the tools that make its first maps. */
const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'monmaptool', 'osdmaptool'] as const;

export type CephProgram = (typeof PROGRAMS)[number];

export interface CephBinaries {
  path(program: CephProgram): string;
  env: Record<string, string>;
  /** Lines of `ceph.conf` that say where its parts lie; none where they lie where they were built for. */
  config: string[];
}

/** From the PATH, else Debian's packages, unpacked into the cache folder: nothing is installed, and no root is needed. */
export async function cephBinaries(): Promise<CephBinaries> {
  const folders = PROGRAMS.map(onPath);
  if (folders.every((folder) => folder !== undefined)) {
    return {
      path: (program) => join(folders[PROGRAMS.indexOf(program)] ?? '', program),
      env: {},
      config: [],
    };
  }
  const folder = join(cacheFolder(), 'ceph-debian');
  if (!existsSync(folder)) {
    // It is much to download, and test files start together.
    await alone('ceph-debian', async () => {
      if (!existsSync(folder)) await unpackFromDebian(folder);
    });
  }
  return binariesIn(folder);
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.find((folder) => folder !== '' && existsSync(join(folder, program)));
}

async function unpackFromDebian(folder: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const building = await mkdtemp(join(cacheFolder(), 'ceph-'));
  try {
    await execute('apt-get', ['download', ...(await missingPackages())], { cwd: building });
    for (const file of await readdir(building)) {
      await execute('dpkg', ['-x', file, 'root'], { cwd: building });
      await rm(join(building, file));
    }
    await chmod(building, 0o755);
    const { path, env } = binariesIn(building);
    for (const program of ['radosgw', 'ceph-mon', 'ceph-osd'] as const) {
      await execute(path(program), ['--version'], { env: { ...process.env, ...env } });
    }
    await rename(building, folder);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw new Error(
      'Install radosgw, ceph-mon and ceph-osd: they are not on the PATH, and apt-get cannot download them.',
      { cause: error },
    );
  }
}

/** What an installation would add to this machine, without what only Ceph's scripts and its disks need. */
async function missingPackages(): Promise<string[]> {
  const { stdout } = await execute('apt-get', [
    'install',
    '--simulate',
    '--no-install-recommends',
    'radosgw',
    'ceph-mon',
    'ceph-osd',
  ]);
  const names = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
  const unused =
    /^(python3.*|lvm2|liblvm.*|dmeventd|libdevmapper-event.*|sudo|nvme-cli|libnvme.*|smartmontools|xfsprogs|cryptsetup-bin|parted|libparted.*|gdisk|hdparm|logrotate|uuid-runtime|dmidecode)$/;
  return names.filter((name) => !unused.test(name));
}

function binariesIn(folder: string): CephBinaries {
  const root = join(folder, 'root');
  const architecture = readdirSync(join(root, 'usr/lib')).find((name) => name.includes('-linux-')) ?? '';
  const libraries = join(root, 'usr/lib', architecture);
  return {
    path: (program) => join(root, 'usr/bin', program),
    env: {
      LD_LIBRARY_PATH: [libraries, join(libraries, 'ceph'), join(root, 'lib', architecture)].join(':'),
    },
    config: [
      `plugin_dir=${libraries}/ceph`,
      `osd_class_dir=${libraries}/rados-classes`,
      `erasure_code_dir=${libraries}/ceph/erasure-code`,
    ],
  };
}
