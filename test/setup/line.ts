import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { errnoOf } from '../../src/kernel/index.ts';
import { temporaryFolder, track } from './resources.ts';
import { cleanEnvironment } from './leftovers.ts';

/**
 * Types a line into a shell, and leaves what it starts running until the test is over: in a process group of its own, since a package
 * manager, a shell, a watcher and a server may hang together. Returns what says what it has written so far.
 */
export function startLine(
  line: string,
  { cwd, env }: { cwd: string; env: Record<string, string> },
): { written(): string } {
  const child = track(
    spawn('/bin/sh', ['-c', line], {
      cwd,
      env: { ...cleanEnvironment(), HOME: temporaryFolder('home'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    }),
  );
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (written += chunk));
  }
  let closed = false;
  // Not `exit`, which is of the shell alone: a server that it started may be about to end, and holds the streams until it has.
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      closed = true;
      resolve();
    });
  });
  onTestFinished(async () => {
    if (child.pid === undefined || closed) return;
    // SIGTERM, so that the server frees its port in its own time and not a moment after the test.
    killGroup(child.pid, 'SIGTERM');
    const patience = setTimeout(() => child.pid !== undefined && killGroup(child.pid, 'SIGKILL'), 20_000);
    await ended;
    clearTimeout(patience);
  });
  return { written: () => written };
}

function killGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // Its last process ended by itself just now.
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}
