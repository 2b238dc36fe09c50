import { execFile, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from './ports.ts';
import { postgresBinaries } from './postgres-binaries.ts';

export interface PostgresServer {
  /** `postgresql://` URL of the superuser, on the database `postgres`. */
  url: string;
  /** As the server itself says it. */
  version: string;
  /** Ends the server at once and removes its folder. */
  stop(): Promise<void>;
}

interface Owner {
  uid?: number;
  gid?: number;
}

/**
 * Runs the server and, when its own standard input ends, kills it and removes its folder. The operating system
 * closes that pipe however the test run ends, so nothing stays even after a SIGKILL. SIGQUIT is PostgreSQL's
 * immediate shutdown.
 */
const GUARDIAN = `
folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait $server
cd / && rm -rf "$folder"
`;

/** Starts a PostgreSQL server of its own on a free loopback port, with durable writes unless `KONTOR_TEST_FSYNC=off`. */
export async function startPostgres(): Promise<PostgresServer> {
  const binaries = await postgresBinaries();
  const owner = serverOwner();
  // Some other program may have taken the port meanwhile.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOn(await freePort(), binaries, owner);
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

async function startOn(port: number, binaries: string, owner: Owner): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-postgres-'));
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  try {
    await initialise(join(binaries, 'initdb'), data, owner);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const settings = [
    `listen_addresses=127.0.0.1`,
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    `max_connections=200`,
    `fsync=${process.env['KONTOR_TEST_FSYNC'] === 'off' ? 'off' : 'on'}`,
  ];
  const command = [join(binaries, 'postgres'), '-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const guardian = spawn('/bin/sh', ['-c', GUARDIAN, 'guardian', folder, ...command], {
    ...owner,
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => guardian.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    guardian.ref();
    guardian.stdin.end();
    await ended;
  };
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  try {
    const version = await firstAnswer(url, () => readLog(folder).includes('database system is shut down'));
    // The guardian and its pipe must not keep the test run alive.
    guardian.unref();
    return { url, version, stop };
  } catch (error) {
    const log = readLog(folder).slice(-2000);
    await stop();
    throw new Error(`PostgreSQL did not start. Its log:\n${log}`, { cause: error });
  }
}

/** PostgreSQL refuses to run as root: then it runs as the user that its packages make, or that we make. */
function serverOwner(): Owner {
  if (process.getuid?.() !== 0) return {};
  try {
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--shell', '/usr/sbin/nologin', 'postgres']);
    return { uid: idOf('-u'), gid: idOf('-g') };
  }
}

function idOf(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
}

/**
 * Most clusters sort by a language, not by bytes. Ours does too where this PostgreSQL can, so that a query which
 * needs the order of bytes and does not ask for it fails here.
 */
async function initialise(initdb: string, data: string, owner: Owner): Promise<void> {
  const args = ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-sync'];
  const execute = promisify(execFile);
  const options = { ...owner, cwd: join(data, '..') };
  try {
    await execute(initdb, [...args, '--locale=C', '--locale-provider=icu', '--icu-locale=en-US'], options);
  } catch {
    // initdb takes away what it has begun.
    await execute(initdb, [...args, '--locale=C'], options);
  }
}

function readLog(folder: string): string {
  const file = join(folder, 'log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Asks until the server answers, has given up, or half a minute has passed. */
async function firstAnswer(url: string, gaveUp: () => boolean): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      const { rows } = await client.query<{ version: string }>('select version()');
      return rows[0]?.version ?? 'unknown';
    } catch (error) {
      if (attempt === 300 || gaveUp()) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
