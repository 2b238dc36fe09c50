import { isFault } from '../kernel/index.ts';
import type { Io } from './io.ts';
import { Interrupted } from './interrupted.ts';

/** Tells a person what went wrong, a line each, and gives the exit code. The stack is for those who debug. */
export function reportError(io: Io, error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  for (const line of sentence(error).split('\n')) io.err(`kontor: ${line}\n`);
  const level = io.env.KONTOR_LOG_LEVEL;
  if (!isFault(error) && level !== 'debug' && level !== 'trace') {
    io.err('kontor: KONTOR_LOG_LEVEL=debug shows where this came from.\n');
  }
  if ((level === 'debug' || level === 'trace') && error instanceof Error) io.err(`${error.stack}\n`);
  return 1;
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  // A connection that failed on every address of a host has no message of its own.
  if (error instanceof AggregateError) return error.errors.map(sentence).join('\n');
  return error.name;
}
