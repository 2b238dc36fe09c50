import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment } from './leftovers.ts';
import { temporaryFolder, track } from './resources.ts';
import { run } from './run.ts';

/** One system call. `start` and `end` are places in the order of all that was traced. */
export interface SystemCall {
  name: string;
  /** Arguments as strace prints them; file descriptors are followed by `<path>`. */
  text: string;
  /** What the file descriptor in the first argument stands for. */
  path: string | undefined;
  start: number;
  end: number;
  result: string;
}

/** Undefined if strace can be used here, else a sentence that says why not. Installs it where root may. */
export async function straceProblem(): Promise<string | undefined> {
  if (await works()) return undefined;
  if (process.getuid?.() === 0) {
    const install = ['-y', '--no-install-recommends', 'install', 'strace'];
    for (const args of [['update'], install]) await run('apt-get', args).catch(() => undefined);
    if (await works()) return undefined;
  }
  return 'strace is missing: install it with the package manager of this system.';
}

async function works(): Promise<boolean> {
  const result = await run('strace', ['-V']).catch(() => undefined);
  return result?.code === 0;
}

/** Traces all threads of a process. Resolves once it does; `stop` resolves to what they called in the meantime. */
export async function trace(pid: number, args: string[]): Promise<{ stop(): Promise<SystemCall[]> }> {
  const output = join(temporaryFolder('strace'), 'trace');
  // A database page is shown whole.
  const options = ['-f', '-y', '-s', '4096', '-o', output, ...args, '-p', String(pid)];
  const strace = track(
    spawn('strace', options, { env: cleanEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  const ended = new Promise((resolve) => strace.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    let said = '';
    strace.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes(' attached')) resolve();
    });
    strace.once('error', reject);
    strace.once('close', () => reject(new Error(`strace ended: ${said}`)));
  });
  return {
    stop: async () => {
      strace.kill('SIGINT');
      await ended;
      return parse(readFileSync(output, 'utf8'));
    },
  };
}

function parse(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const open = new Map<string, SystemCall>();
  for (const [place, line] of text.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>.*\) += (.*)$/.exec(rest);
    if (resumed) {
      const call = open.get(thread);
      if (call) Object.assign(call, { end: place, result: resumed[1] });
      continue;
    }
    // A call under way when the trace ends is «detached»: the process goes on with it.
    const [, name, args = '', result] =
      /^(\w+)\((.*?)(?: <(?:unfinished|detached) \.\.\.>|\) += (.*))$/.exec(rest) ?? [];
    if (name === undefined) continue;
    const path = /^\d+<([^>]*)>/.exec(args)?.[1];
    const call = { name, text: args, path, start: place, end: place, result: result ?? 'unfinished' };
    calls.push(call);
    if (result === undefined) open.set(thread, call);
  }
  return calls;
}
