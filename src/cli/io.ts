import type { Readable, Writable } from 'node:stream';
import { Fault } from '../kernel/light/index.ts';

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
  /** The working folder. Fault `not_found` if somebody removed it. */
  readonly cwd: string;
}

/** @param program what goes before an error */
export function processIo(program: 'kontor' | 'error' = 'kontor'): Io {
  const err = writer(process.stderr, () => undefined);
  const out = writer(process.stdout, (error) => {
    // `kontor … | head` closes our output early. That is no error of ours, and no reason to leave the work half done.
    if ('code' in error && error.code === 'EPIPE') return;
    err(`${program}: standard output cannot be written: ${error.message}\n`);
    process.on('exit', () => {
      process.exitCode ||= 1;
    });
  });
  return {
    out,
    err,
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
    // A getter, so that whoever reads it tells of the error as of any other.
    get cwd() {
      return workingFolder();
    },
  };
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new Fault('not_found', 'The working folder is gone: change to one that is there, and try again.', {
      cause: error,
    });
  }
}

/** Writes until that fails, says so once, and is mute from then on. */
function writer(stream: Writable, failed: (error: Error) => void): (text: string) => void {
  let open = true;
  stream.on('error', (error) => {
    if (open) failed(error);
    open = false;
  });
  return (text) => void (open && stream.write(text));
}
