import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache.ts';
import { freePort } from './ports.ts';
import { temporaryFolder, track } from './resources.ts';

const execute = promisify(execFile);

export interface RedisServer {
  /** `redis://127.0.0.1:PORT` */
  url: string;
  port: number;
  /** Stops the process in its tracks: connections stay, and nothing is answered. */
  pause(): void;
  resume(): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

interface RedisProgram {
  command: string;
  env: Record<string, string>;
}

/** Why there is no Redis for the tests of this file; undefined: there is one. Under CI its lack is an error. */
export async function whyNoRedis(): Promise<string | undefined> {
  try {
    await redisProgram();
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (process.env['CI']) throw new Error(`The tests need Redis: ${reason}`, { cause: error });
    process.stdout.write(`\n!!! SKIPPED: every test that needs Redis. ${reason}\n\n`);
    return reason;
  }
}

/** Starts a Redis of its own, empty and without persistence. It ends with the test file. */
export async function startRedis(port?: number): Promise<RedisServer> {
  const { command, env } = await redisProgram();
  const chosen = port ?? (await freePort());
  const args = ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = track(
    spawn(command, args, {
      cwd: temporaryFolder('redis'),
      env: { ...process.env, ...env },
      stdio: 'ignore',
    }),
  );
  const ended = once(child, 'close');
  await answers(chosen, () => child.exitCode !== null);
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

let program: Promise<RedisProgram> | undefined;

function redisProgram(): Promise<RedisProgram> {
  program ??= find();
  return program;
}

async function find(): Promise<RedisProgram> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const command = join(folder, 'redis-server');
    if (existsSync(command)) return { command, env: {} };
  }
  const folder = join(cacheFolder(), 'redis-debian');
  if (!existsSync(folder)) await unpackFromDebian(folder);
  return programIn(folder);
}

/** Debian's packages, unpacked and not installed: no root is needed, and no service starts. */
async function unpackFromDebian(folder: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const building = await mkdtemp(join(cacheFolder(), 'redis-'));
  try {
    await execute('apt-get', ['download', 'redis-tools', 'liblzf1', 'libjemalloc2'], { cwd: building });
    for (const file of await readdir(building)) {
      await execute('dpkg', ['-x', file, 'root'], { cwd: building });
    }
    // Server and checker are one program, which goes by its name.
    await symlink('redis-check-rdb', join(building, 'root/usr/bin/redis-server'));
    const { command, env } = programIn(building);
    execFileSync(command, ['--version'], { env: { ...process.env, ...env } });
    await rename(building, folder);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    if (!existsSync(folder)) {
      throw new Error('Install redis-server: it is not on the PATH, and apt-get cannot download it.', {
        cause: error,
      });
    }
  }
}

function programIn(folder: string): RedisProgram {
  const libraries = join(folder, 'root/usr/lib');
  const architecture = readdirSync(libraries).find((name) => name.includes('-linux-')) ?? '';
  return {
    command: join(folder, 'root/usr/bin/redis-server'),
    env: { LD_LIBRARY_PATH: join(libraries, architecture) },
  };
}

async function answers(port: number, gaveUp: () => boolean): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (attempt === 200 || gaveUp()) throw new Error('Redis did not start.', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      socket.destroy();
    }
  }
}
