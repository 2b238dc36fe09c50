import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** What the tests install for themselves stays here between runs, outside of the tree. */
export function cacheFolder(): string {
  const chosen = process.env['KONTOR_TEST_CACHE'];
  const candidates = chosen
    ? [chosen]
    : [join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kontor-tests')];
  candidates.push(join(tmpdir(), `kontor-tests-${process.getuid?.() ?? 'user'}`));
  for (const folder of candidates) {
    if (writable(folder)) return folder;
  }
  throw new Error(
    `None of ${candidates.join(', ')} can be written: set KONTOR_TEST_CACHE to a folder that can.`,
  );
}

function writable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    accessSync(folder, constants.W_OK);
    // A folder of that name in a shared place may be somebody else's trap: what lies in it would be run.
    return process.getuid === undefined || statSync(folder).uid === process.getuid();
  } catch {
    return false;
  }
}

/**
 * Installs the packages of a `package.json` with its lock file into the cache, once: the folder is named by the
 * lock's digest and appears whole, by a rename; of two runs at once one wins and both use it. Resolves to the
 * folder that holds `node_modules`. npm runs with the settings of whoever runs the tests, to reach their registry.
 */
export async function installLocked(source: string, cache = cacheFolder()): Promise<string> {
  const lock = await readFile(join(source, 'package-lock.json'));
  const target = join(cache, createHash('sha256').update(lock).digest('hex').slice(0, 20));
  if (existsSync(target)) return target;
  const building = await mkdtemp(join(cache, 'installing-'));
  try {
    for (const file of ['package.json', 'package-lock.json'])
      await cp(join(source, file), join(building, file));
    await npmCi(building);
    // PostgreSQL's user runs what root has installed.
    await chmod(building, 0o755);
    await rename(building, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return target;
}

async function npmCi(folder: string): Promise<void> {
  // Settings that an outer `npm ci` may have been given would leave out what the tests need.
  const args = [
    'ci',
    '--ignore-scripts=false',
    '--include=prod',
    '--include=optional',
    '--no-audit',
    '--no-fund',
  ];
  const env = { ...process.env };
  if (!writable(env['npm_config_cache'] ?? join(homedir(), '.npm'))) {
    env['npm_config_cache'] = join(dirname(folder), 'npm');
  }
  await promisify(execFile)('npm', args, { cwd: folder, env, maxBuffer: 2 ** 26 });
}
