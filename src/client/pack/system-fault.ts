import { errnoOf, Fault } from '../../kernel/light/index.ts';

/** What the system said no to, as a sentence; another error stays what it is. */
export function systemFault(what: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new Fault('bad_request', `${what} (${errnoOf(error) ?? 'unknown error'}).`, { cause: error });
}
