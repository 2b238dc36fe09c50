import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { promisify } from 'node:util';

/** Servers run on the first core and everything that makes load, this process too, on the second. */
const SERVER_CORE = '0';
const LOAD_CORE = '1';

const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

let pinned = false;

/** False on one core, where there is nothing to choose, and without taskset. */
export function isPinned(): boolean {
  return pinned;
}

/** Moves this process with all threads to the core of the load; what it starts inherits that. */
export async function pinLoad(haveTaskset: boolean): Promise<void> {
  pinned = haveTaskset && availableParallelism() > 1;
  if (pinned) await moveTo(LOAD_CORE);
}

/** Gives this process and what it starts all cores while `work` runs, for what has no server. */
export async function onAllCores<T>(work: () => Promise<T>): Promise<T> {
  if (!pinned) return work();
  await moveTo(`0-${cpus().length - 1}`);
  try {
    return await work();
  } finally {
    await moveTo(LOAD_CORE);
  }
}

async function moveTo(cores: string): Promise<void> {
  await promisify(execFile)('taskset', ['-a', '-c', '-p', cores, String(process.pid)]);
}

export interface StartedServer {
  pid: number;
  /** SIGTERM, and SIGKILL for what is still there after a while. */
  stop(): Promise<void>;
  /** True once it has ended. */
  ended(): boolean;
}

/** Starts a server, on its core unless another one is named; it writes into `log` and ends with this process. */
export function startServer(
  command: string,
  args: string[],
  {
    env,
    cwd,
    log,
    core = 'server',
  }: { env: Record<string, string>; cwd: string; log: string; core?: 'server' | 'load' },
): StartedServer {
  const [program, programArgs] = pinned
    ? ['taskset', ['-c', core === 'server' ? SERVER_CORE : LOAD_CORE, command, ...args]]
    : [command, args];
  const output = openSync(log, 'a');
  // taskset replaces itself by the command, so the id is the server's own.
  const child = spawn(program, programArgs, { env, cwd, stdio: ['ignore', output, output] });
  closeSync(output);
  children.add(child);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  }).then(() => children.delete(child));
  const ended = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    pid: child.pid ?? -1,
    ended,
    stop: async () => {
      if (ended()) return;
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited;
      clearTimeout(patience);
    },
  };
}
