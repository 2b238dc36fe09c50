import { isFault, printableJson, printableLines } from '../../kernel/light/index.ts';
import type { Io } from '../io.ts';
import { Misuse } from './command.ts';

/**
 * Tells of an error, and gives the exit code: 2 where the command line makes no sense, else 1. A person reads it on standard error; with
 * `json`, standard output gets it as a document as well, for then a script waits for one.
 */
export function failure(
  error: unknown,
  { io, program, command, json }: { io: Io; program: string; command: string | undefined; json: boolean },
): number {
  const name = program === 'vaisc pkg' ? 'error' : 'kontor';
  const misuse = error instanceof Misuse;
  const message = sentence(error);
  for (const line of printableLines(message).split('\n')) io.err(`${name}: ${line}\n`);
  if (misuse) {
    io.err(
      `(${[program, command, '--help'].filter((word) => word !== undefined).join(' ')} shows what there is)\n`,
    );
  }
  const debug = ['debug', 'trace'].includes(io.env['KONTOR_LOG_LEVEL'] ?? '');
  if (debug && error instanceof Error) io.err(`${printableLines(error.stack ?? '')}\n`);
  else if (!misuse && !isFault(error))
    io.err(`${name}: KONTOR_LOG_LEVEL=debug shows where this came from.\n`);
  if (json) io.out(errorDocument(codeOf(error), message));
  return misuse ? 2 : 1;
}

/** What a script gets in place of a result. */
export function errorDocument(code: string, message: string): string {
  return `${printableJson({ error: { code, message } })}\n`;
}

/** For scripts: that of the fault, of the system (`ENOSPC`), or `internal`. */
function codeOf(error: unknown): string {
  if (error instanceof Misuse) return 'misuse';
  if (isFault(error)) return error.code;
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'internal';
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  // A connection that failed on every address of a host has no message of its own.
  if (error instanceof AggregateError) return error.errors.map(sentence).join('\n');
  return error.name;
}
