import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Variables } from './commit.ts';

export interface ToolResult {
  /** Null if a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of the machine (git, npm, …) to its end. Undefined if there is none of that name. */
export async function runTool(
  command: string,
  args: readonly string[],
  { cwd, env }: { cwd: string; env: Variables },
): Promise<ToolResult | undefined> {
  const child = spawn(command, args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null | undefined>((resolve, reject) => {
    child.once('error', (error) => {
      if ('code' in error && error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    child.once('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return code === undefined ? undefined : { code, stdout, stderr };
}
