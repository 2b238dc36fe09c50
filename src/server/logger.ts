import { pino, type Logger } from 'pino';
import type { LogLevel } from './config/index.ts';
import { LogOutput } from './log-output.ts';

const STANDARD_OUTPUT = 1;
/** Pino's number of `warn`. */
const WARN = 40;

/**
 * JSON lines on standard output, in batches: see `LogOutput`. A warning or worse goes out at once, with all before it, and so does the rest
 * at exit.
 */
export function createLogger(level: LogLevel): Logger {
  const output = new LogOutput({
    fd: STANDARD_OUTPUT,
    onLost: (lines) =>
      logger.warn({ lines }, 'lines of the log were lost: standard output did not take them in time'),
  });
  process.on('exit', () => output.end());
  const logger = pino(
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
  return logger;
}

/** JSON lines to whoever embeds the server; nothing is opened, and nothing listens to the end of the process. */
export function loggerTo(level: LogLevel, log: { write(line: string): unknown }): Logger {
  return pino({ level, base: null }, { write: (line) => void log.write(line) });
}
