import type { Readable } from 'node:stream';

/** What a command may touch of the process; tests hand in their own. */
export interface Io {
  /** For results: what a script reads. */
  out(text: string): void;
  /** For questions, hints and errors: what a person reads. */
  err(text: string): void;
  /** True if a person sees what goes to `out`, `err` and types what comes from `stdin`. */
  terminal: { in: boolean; out: boolean; err: boolean };
  stdin: Readable;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

export function processIo(): Io {
  // `kontor … | head` closes our output early: not an error of ours.
  process.stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit();
    throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    terminal: {
      in: process.stdin.isTTY ?? false,
      out: process.stdout.isTTY ?? false,
      err: process.stderr.isTTY ?? false,
    },
    // A getter, because asking for it opens the file.
    get stdin() {
      return process.stdin;
    },
    env: process.env,
    cwd: process.cwd(),
  };
}
