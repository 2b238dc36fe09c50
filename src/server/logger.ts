import { destination, pino, type Logger } from 'pino';
import type { LogLevel } from './config/index.ts';

/** Lines wait for others for at most this long, milliseconds: a write for each would take as long as the request it tells of. */
const LONGEST_WAIT = 100;
/** Bytes that are written without waiting, and at most at once. Each write goes through another thread. */
const ENOUGH = 60_000;
const MOST = 65_536;
/** Pino's number of `warn`. */
const WARN = 40;

/** JSON lines on standard output, in batches. A warning or worse goes out at once, with all before it, and so does the rest at exit. */
export function createLogger(level: LogLevel): Logger {
  const output = destination({ sync: false, minLength: ENOUGH, maxWrite: MOST, periodicFlush: LONGEST_WAIT });
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

/** JSON lines to whoever embeds the server; nothing is opened, and nothing listens to the end of the process. */
export function loggerTo(level: LogLevel, log: { write(line: string): unknown }): Logger {
  return pino({ level, base: null }, { write: (line) => void log.write(line) });
}
