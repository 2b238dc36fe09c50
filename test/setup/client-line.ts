import { PassThrough } from 'node:stream';
import type { Io } from '../../src/cli/io.ts';
import { runClient } from '../../src/cli/client/run.ts';

export interface LineOptions {
  cwd: string;
  /** `~/.vais` */
  home: string;
  env?: Record<string, string>;
  /** Piped in. */
  input?: string;
  /** Typed, a line after each question, on a terminal. */
  typed?: string[];
}

/** Runs `vaisc pkg …` in this process, as far as its own part goes. */
export async function vaiscPkg(line: string | string[], { cwd, home, env = {}, input, typed }: LineOptions) {
  let [out, err] = ['', ''];
  const stdin = new PassThrough();
  if (typed === undefined) stdin.end(input ?? '');
  const answers = [...(typed ?? [])];
  const io: Io = {
    out: (text) => void (out += text),
    err: (text) => {
      err += text;
      if (typed && text.endsWith(': ')) setImmediate(() => stdin.write(`${answers.shift() ?? ''}\r`));
    },
    terminal: { in: typed !== undefined, out: false, err: false },
    stdin,
    env: { VAIS_HOME: home, ...env },
    cwd,
  };
  const args = typeof line === 'string' ? line.split(' ') : line;
  const code = await runClient(args, { io, program: 'vaisc pkg' });
  return { code, out, err };
}
