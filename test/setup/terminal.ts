import type { Client } from './clients.ts';
import { run } from './run.ts';

/** Undefined if a client can be given a terminal here, else a sentence that says why not. */
export async function terminalProblem(): Promise<string | undefined> {
  const probe = await run('script', scriptArguments('test -t 0 && test -t 1')).catch(() => undefined);
  return probe?.code === 0 ? undefined : 'A terminal needs the script command of util-linux.';
}

/** The client with these arguments, on a terminal of its own: some ask nothing without one. For `talk`. */
export function onTerminal(client: Client, args: string[]): Client {
  const words = [client.command, ...client.prefix, ...args];
  const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const prefix = scriptArguments(line);
  return { command: 'script', prefix, run: (more, options) => run('script', [...prefix, ...more], options) };
}

/** Quiet, the exit code of the command, written through at once, no transcript kept. */
function scriptArguments(line: string): string[] {
  return ['-qefc', line, '/dev/null'];
}
