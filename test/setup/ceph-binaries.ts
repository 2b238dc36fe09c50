import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianPackages, onPath, type Unpacked } from './debian.ts';

const execute = promisify(execFile);

/** Ceph's daemons and the tools that make its first maps. */
const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'monmaptool', 'osdmaptool'] as const;
/** What only Ceph's scripts and its disks need. */
const UNUSED =
  /^(python3.*|lvm2|liblvm.*|dmeventd|libdevmapper-event.*|sudo|nvme-cli|libnvme.*|smartmontools|xfsprogs|cryptsetup-bin|parted|libparted.*|gdisk|hdparm|logrotate|uuid-runtime|dmidecode)$/;

export type CephProgram = (typeof PROGRAMS)[number];

export interface CephBinaries {
  path(program: CephProgram): string;
  env: Record<string, string>;
  /** Lines of `ceph.conf` that say where its parts lie; none where they lie where they were built for. */
  config: string[];
}

/** From the PATH, else Debian's packages. */
export async function cephBinaries(): Promise<CephBinaries> {
  const folders = PROGRAMS.map(onPath);
  if (folders.every((folder) => folder !== undefined)) {
    return {
      path: (program) => join(folders[PROGRAMS.indexOf(program)] ?? '', program),
      env: {},
      config: [],
    };
  }
  const packages = ['radosgw', 'ceph-mon', 'ceph-osd'] as const;
  const unpacked = await debianPackages('ceph-debian', packages, UNUSED, async (found) => {
    const { path, env } = binariesIn(found);
    for (const program of packages) {
      await execute(path(program), ['--version'], { env: { ...process.env, ...env } });
    }
  });
  return binariesIn(unpacked);
}

function binariesIn({ root, libraries, env }: Unpacked): CephBinaries {
  return {
    path: (program) => join(root, 'usr/bin', program),
    env,
    config: [
      `plugin_dir=${libraries}/ceph`,
      `osd_class_dir=${libraries}/rados-classes`,
      `erasure_code_dir=${libraries}/ceph/erasure-code`,
    ],
  };
}
