import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../../kernel/index.ts';

/** Who packs. Yarn 1 and its successors take other arguments. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'yarn-classic' | 'bun';

const LOCK_FILES: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/**
 * The package manager of a project: what `packageManager` of the nearest package.json says that has it, else whose lock file is the
 * nearest one; npm if nothing tells.
 */
export async function packageManagerOf(folder: string): Promise<PackageManager> {
  return (await nearest(folder, named)) ?? (await nearest(folder, locked)) ?? 'npm';
}

/** Arguments that make it write an archive of the package in its working folder into `folder`. */
export function packArguments(manager: PackageManager, folder: string): string[] {
  const file = join(folder, 'package.tgz');
  switch (manager) {
    case 'npm':
    case 'pnpm':
      return ['pack', '--pack-destination', folder];
    case 'yarn':
      return ['pack', '--out', file];
    case 'yarn-classic':
      return ['pack', '--filename', file];
    case 'bun':
      return ['pm', 'pack', '--destination', folder];
  }
}

/** The program's name. */
export function programOf(manager: PackageManager): string {
  return manager === 'yarn-classic' ? 'yarn' : manager;
}

type Ask = (folder: string) => Promise<PackageManager | undefined>;

async function nearest(folder: string, ask: Ask): Promise<PackageManager | undefined> {
  const answer = await ask(folder);
  const above = dirname(folder);
  return answer ?? (above === folder ? undefined : nearest(above, ask));
}

/** Corepack's field: `pnpm@10.1.0+sha512.…`. */
async function named(folder: string): Promise<PackageManager | undefined> {
  const field = /"packageManager"\s*:\s*"(npm|pnpm|yarn|bun)@(\d+)/.exec(
    (await textOf(join(folder, 'package.json'))) ?? '',
  );
  if (field?.[1] === 'yarn') return field[2] === '1' ? 'yarn-classic' : 'yarn';
  return field?.[1] as Exclude<PackageManager, 'yarn-classic'> | undefined;
}

async function locked(folder: string): Promise<PackageManager | undefined> {
  for (const [file, manager] of LOCK_FILES) {
    if ((await textOf(join(folder, file))) !== undefined) return manager;
  }
  const lock = await textOf(join(folder, 'yarn.lock'));
  if (lock === undefined) return undefined;
  return lock.includes('# yarn lockfile v1') ? 'yarn-classic' : 'yarn';
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  });
}
