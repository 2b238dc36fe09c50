import { spawn } from 'node:child_process';
import { cleanEnvironment } from './leftovers.ts';
import { track } from './resources.ts';

export interface RunOptions {
  cwd?: string;
  /** Added to a clean environment; `undefined` takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Given on standard input, which is closed afterwards. */
  input?: string;
  /** Milliseconds until the command is killed. Default: 100 s, less than a slow test's own limit. */
  timeout?: number;
}

export interface RunResult {
  /** The exit code; null when a signal ended the command. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end, in a clean environment. A non-zero exit is a result, not an error. */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  const child = track(
    spawn(command, args, {
      cwd: options.cwd,
      env: { ...cleanEnvironment(), ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.timeout ?? 100_000,
      killSignal: 'SIGKILL',
    }),
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  // A command that reads nothing may be gone before its input is.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}
