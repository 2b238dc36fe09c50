import { Interrupted } from '../interrupted.ts';

/** Milliseconds in which a command may put away what it has begun. */
const GRACE = 2000;
const CODES = { SIGINT: 130, SIGTERM: 143 };

/**
 * Aborted with `Interrupted` by the first Ctrl-C or SIGTERM, so that a command can take back what is half done; a second one, or too much time, ends the
 * process there and then.
 */
export function interruptSignal(): AbortSignal {
  const interrupt = new AbortController();
  for (const [name, code] of Object.entries(CODES)) {
    process.on(name, () => {
      if (interrupt.signal.aborted) process.exit(code);
      interrupt.abort(new Interrupted(code));
      setTimeout(() => process.exit(code), GRACE).unref();
    });
  }
  return interrupt.signal;
}
