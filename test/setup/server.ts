import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledLauncher } from './bundle.ts';
import { cleanEnvironment } from './leftovers.ts';
import { freePort } from './ports.ts';
import { temporaryFolder, track } from './resources.ts';
import { run, type RunOptions, type RunResult } from './run.ts';

/** The launcher of this clone. */
export const launcher = fileURLToPath(new URL('../../bin/kontor', import.meta.url));

export interface StartOptions {
  /** Added to a clean environment; `undefined` takes a variable away. */
  env?: Record<string, string | undefined>;
  /** The data folder. Default: a fresh one, removed after the test file. */
  data?: string;
  /** The port. Default: a free one. */
  port?: number;
  /** The program to start. Default: the sources of this clone, bundled; `launcher` for what is about the process itself. */
  command?: string;
  /** The working folder, which may hold a `.env`. Default: a fresh one. */
  cwd?: string;
  /** Arguments after `serve`. */
  args?: string[];
  /** Options for Node itself, such as `--max-old-space-size=64`. */
  nodeArgs?: string[];
}

export interface RunningKontor {
  /** Without a slash at its end. */
  url: string;
  port: number;
  /** Of the server process itself: the launcher leaves none behind. */
  pid: number;
  data: string;
  /** Everything it has written so far, both streams. */
  logs(): string;
  /** SIGKILL; resolves when the process is gone. */
  kill9(): Promise<void>;
  /** SIGTERM; resolves to the exit code, null if a signal ended the process. */
  stop(): Promise<number | null>;
  /** Resolves to the exit code when the process ends, however that comes. */
  exited: Promise<number | null>;
  /** The most memory that it has held at once, in bytes (Linux). */
  vmHwm(): number;
}

/** Starts a server as a user does, and resolves when `GET /ready` answers 200. It ends with the test file. */
export async function startKontor(options: StartOptions = {}): Promise<RunningKontor> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const server = launch(port, { ...options, command: options.command ?? (await bundledLauncher()) });
    const problem = await ready(server);
    if (problem === undefined) return server;
    const portTaken = options.port === undefined && server.logs().includes('EADDRINUSE');
    if (!portTaken || attempt === 3) throw new Error(`${problem} It wrote:\n${server.logs()}`);
  }
}

function launch(port: number, options: StartOptions & { command: string }): RunningKontor {
  const data = options.data ?? join(temporaryFolder('data'), 'data');
  const child = track(
    spawn(options.command, ['serve', ...(options.args ?? [])], {
      cwd: options.cwd ?? temporaryFolder('cwd'),
      env: {
        ...commandEnvironment(),
        KONTOR_PORT: String(port),
        KONTOR_DATA: data,
        ...(options.nodeArgs ? { NODE_OPTIONS: options.nodeArgs.join(' ') } : {}),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  let logs = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (logs += chunk));
  }
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  exited.catch(() => undefined);
  const pid = child.pid ?? -1;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid,
    data,
    exited,
    logs: () => logs,
    kill9: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
    vmHwm: () => {
      const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return Number(kilobytes) * 1024;
    },
  };
}

/** Undefined when the server is ready, else a sentence that says why not. */
async function ready(server: RunningKontor): Promise<string | undefined> {
  let ended = false;
  void server.exited.then(
    () => (ended = true),
    () => (ended = true),
  );
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (ended) return 'The server ended before it was ready.';
    const response = await fetch(`${server.url}/ready`).catch(() => undefined);
    await response?.body?.cancel();
    // Another process may hold the port and answer for it.
    if (response?.status === 200 && !ended) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await server.kill9();
  return 'The server was not ready within a minute.';
}

/** Runs a command of the command line (`kontor(['registry', 'list'], …)`) in a clean environment. */
export async function kontor(args: string[], options: RunOptions = {}): Promise<RunResult> {
  const cwd = options.cwd ?? temporaryFolder('cwd');
  return run(await bundledLauncher(), args, {
    ...options,
    cwd,
    env: { ...commandEnvironment(), ...options.env },
  });
}

/** Loopback only, and no way to the outside: a test that wants an upstream names it. */
function commandEnvironment(): Record<string, string> {
  return {
    ...cleanEnvironment(),
    HOME: temporaryFolder('home'),
    KONTOR_HOST: '127.0.0.1',
    KONTOR_NPM_UPSTREAM: 'off',
  };
}
