import { destination, pino, type Logger } from 'pino';
import type { LogLevel } from './config/index.ts';

/** Lines wait for others for at most this long, milliseconds: a write for each would take as long as the request it tells of. */
const LONGEST_WAIT = 100;
/** Characters that are written without waiting; pino's own limit of one write is 16 KiB. */
const ENOUGH = 15_000;
/** Pino's number of `warn`. */
const WARN = 40;

/** JSON lines on standard output, in batches. A warning or worse goes out at once, with all before it, and so does the rest at exit. */
export function createLogger(level: LogLevel): Logger {
  const output = destination({ sync: false, minLength: ENOUGH, periodicFlush: LONGEST_WAIT });
  return pino(
    {
      level,
      base: null,
      hooks: {
        logMethod(args, method, lineLevel) {
          method.apply(this, args);
          if (lineLevel >= WARN) output.flush();
        },
      },
    },
    output,
  );
}
