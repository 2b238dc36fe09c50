import type { Progress } from '../../client/progress/index.ts';
import type { Io } from '../io.ts';
import type { Paint } from './paint.ts';

/** What every command of the client gets. */
export interface Context {
  io: Io;
  env: Io['env'];
  cwd: string;
  /** `vaisc pkg` or `kontor`: what goes before a command in a hint. */
  program: string;
  /** Colours for what goes to standard output. */
  paint: Paint;
  /** One JSON document is asked for: `document` gives it, and nothing else is printed. */
  json: boolean;
  /** A line of the result, such as a hit of a search. Not with --json. */
  print(line?: string): void;
  /** A line about what has been done or is being done, on standard output. Not with --json or --quiet. */
  say(line: string): void;
  /** The result for scripts. Only with --json, and once. */
  document(value: unknown): void;
  /** A line beside the result, on standard error. Not with --quiet. */
  note(line: string): void;
  /** Like `note`, marked as a warning, and with --quiet too. */
  warn(line: string): void;
  progress: Progress;
  /** Aborted by Ctrl-C and SIGTERM. Whoever never asks for it is ended by them at once. */
  readonly signal: AbortSignal;
}
