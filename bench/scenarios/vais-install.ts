import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PackageCache, type Pinned } from '../../src/client/cache/index.ts';
import { writeLock, type LockedPackage } from '../../src/client/project/index.ts';
import { sha256Hex } from '../../src/kernel/index.ts';
import { cleanEnvironment } from '../../test/setup/leftovers.ts';
import { vaisTarball } from '../../test/setup/vais-packages.ts';
import { plainSeries, ratio } from '../measure/stats.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { launcher } from '../setup/kontor.ts';
import { onAllCores } from '../setup/processes.ts';

const FEWEST = 5;
const PACKAGES = 200;
const FILES = 20;
/** Bytes of a source file. */
const SIZE = 4000;

export const vaisInstall: Scenario = {
  name: 'vais-install',
  needs: [],
  run: (world): Promise<Outcome[]> =>
    onAllCores(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'kontor-vais-install-'));
      try {
        return [await measure(folder, Math.max(FEWEST, world.options.rounds))];
      } finally {
        await rm(folder, { recursive: true });
      }
    }),
};

async function measure(folder: string, times: number): Promise<Outcome> {
  const pinned = await fillCache(folder);
  const cache = new PackageCache({ home: join(folder, 'home') });
  const [unpacking, checking, tar]: [number[], number[], number[]] = [[], [], []];
  // The first turn warms the disk's cache and that of the compiled code.
  for (let time = 0; time <= times; time += 1) {
    for (const one of pinned) await rm(join(cache.folder(one), '..'), { recursive: true, force: true });
    await rm(join(folder, 'tar'), { recursive: true, force: true });
    const turn = [
      await milliseconds(() => install(folder)),
      await milliseconds(() => install(folder)),
      await milliseconds(() => untar(folder)),
    ];
    if (time === 0) continue;
    for (const [index, values] of [unpacking, checking, tar].entries()) values.push(turn[index] ?? NaN);
  }
  const series = [
    plainSeries('Kontor unpacks', unpacking),
    plainSeries('Kontor finds all in place', checking),
    plainSeries('tar xzf, one after the other', tar),
  ] as const;
  return {
    title: `Install of ${PACKAGES} Vais packages from the cache`,
    unit: 'ms',
    series: [...series],
    ratios: [
      ratio(series[0], series[2], { at: 'most', bound: 1.25 }),
      ratio(series[1], series[2], { at: 'most', bound: 0.5 }),
    ],
    notes: [
      `Each package has ${FILES} files of ${SIZE / 1000} KB. Kontor starts, reads manifest and lock, compares every archive with its digest and every file with its record, and asks nobody.`,
    ],
  };
}

/** A project that needs all of them, which are in the cache. */
async function fillCache(folder: string): Promise<Pinned[]> {
  const [home, project, archives] = ['home', 'project', 'archives'].map((name) => join(folder, name));
  const cache = new PackageCache({ home: String(home) });
  await mkdir(String(project));
  await mkdir(String(archives));
  const locked = new Map<string, LockedPackage>();
  for (let index = 0; index < PACKAGES; index += 1) {
    const [name, version] = [`package-${index}`, '1.0.0'];
    const bytes = await vaisTarball({ name, version, files: sources(index) });
    const checksum = sha256Hex(bytes);
    await cache.ensure({ name, version, checksum }, async (sink) => {
      await sink.write(bytes);
      return { registry: 'http://registry.test', own: true };
    });
    await writeFile(join(String(archives), `${name}.tar.gz`), bytes);
    locked.set(name, { name, version, checksum, source: 'registry', dependencies: [] });
  }
  const needs = [...locked.keys()].map((name) => `${name} = "^1.0.0"\n`).join('');
  const manifest = `[package]\nname = "app"\nversion = "1.0.0"\n\n[dependencies]\n${needs}`;
  await writeFile(join(String(project), 'vais.toml'), manifest);
  await writeFile(join(String(project), 'vais.lock'), writeLock(locked));
  return [...locked.values()];
}

/** Text that a compressor makes a third of, as it does of sources; the same in every run. */
function sources(seed: number): Record<string, string> {
  let state = seed + 1;
  const word = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 12).toString(36);
  };
  const file = (_: unknown, index: number) => {
    const text = Array.from({ length: SIZE / 6 }, () => `${word()} `).join('');
    return [`src/module${index}.vais`, text.slice(0, SIZE)];
  };
  return Object.fromEntries(Array.from({ length: FILES - 2 }, file));
}

async function install(folder: string): Promise<void> {
  await promisify(execFile)(join(launcher, '../vaisc'), ['pkg', 'install', '--quiet'], {
    cwd: join(folder, 'project'),
    env: {
      ...cleanEnvironment(),
      VAIS_HOME: join(folder, 'home'),
      KONTOR_REGISTRY_URL: 'http://127.0.0.1:9',
    },
  });
}

async function untar(folder: string): Promise<void> {
  const line = 'for a in archives/*; do d=tar/${a##*/}; mkdir -p "$d"; tar xzf "$a" -C "$d"; done';
  await promisify(execFile)('sh', ['-c', line], { cwd: folder });
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
