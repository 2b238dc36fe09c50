import { Complaint, parseWord } from './parse.ts';

/** From the most to the least verbose; pino's names. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

export function parseLogLevel(raw: string): LogLevel {
  return parseWord(raw, logLevels);
}

/**
 * The level that a filter of Rust's `env_logger` or `tracing` asks for: `info`, `crate=debug`, or several with
 * commas. Kontor has no crates to tell apart, so the most verbose directive counts. `off` is `silent`.
 */
export function levelOfRustFilter(raw: string): LogLevel {
  const levels = new Set(raw.split(',').map((directive) => levelOfDirective(directive.trim(), raw)));
  return logLevels.find((level) => levels.has(level)) ?? 'silent';
}

function levelOfDirective(directive: string, raw: string): LogLevel {
  // target[span{field=value}]=level, of which only the level matters here.
  const [, word = ''] = /^(?:[\w:.-]+(?:\[[^\]]*\])?=)?(\w+)$/.exec(directive) ?? [];
  const level = word.toLowerCase() === 'off' ? 'silent' : logLevels.find((one) => one === word.toLowerCase());
  if (level !== undefined) return level;
  throw new Complaint(
    `is "${raw}", which is not a log filter: write a level (trace, debug, info, warn, error, off) or crate=level, such as vais_registry_server=info.`,
  );
}
