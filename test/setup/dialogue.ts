import { spawn } from 'node:child_process';
import type { Client, Sandbox } from './clients.ts';
import { cleanEnvironment } from './leftovers.ts';
import { track } from './resources.ts';
import type { RunResult } from './run.ts';

/** A client that asks while it runs. It has no terminal, so that it prints prompts as plain text. */
export interface Dialogue {
  /** Resolves to the match once standard output, from behind the last match on, has one; rejects if the client ends before. */
  saw(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Types a line. */
  say(line: string): void;
  ended: Promise<RunResult>;
}

/** Starts a client and talks with it; see `Client.run` for one that asks nothing. */
export function talk(client: Client, args: string[], { cwd, env }: Pick<Sandbox, 'cwd' | 'env'>): Dialogue {
  const child = track(
    spawn(client.command, [...client.prefix, ...args], {
      cwd,
      env: { ...cleanEnvironment(), ...env },
      stdio: 'pipe',
      timeout: 100_000,
      killSignal: 'SIGKILL',
    }),
  );
  let stdout = '';
  let stderr = '';
  let read = 0;
  let over = false;
  let wake: (() => void) | undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    wake?.();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<RunResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      over = true;
      wake?.();
      resolve({ code, stdout, stderr });
    });
  });
  return {
    ended,
    say: (line) => void child.stdin.write(`${line}\n`),
    saw: async (pattern) => {
      for (;;) {
        const match = pattern.exec(stdout.slice(read));
        if (match) {
          read += match.index + match[0].length;
          return match;
        }
        if (over) throw new Error(`It ended without ${String(pattern)} and wrote:\n${stdout}${stderr}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
