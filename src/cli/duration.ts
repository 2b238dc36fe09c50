import { Fault } from '../kernel/index.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of a life such as `30d`: minutes, hours, days or weeks, at most 100 years. Fault `bad_request`. */
export function parseLife(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,7})([mhdw])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (ms <= 36_525 * 86_400_000) return ms;
  throw new Fault(
    'bad_request',
    'The life of a token is a number with m, h, d or w behind it, such as 12h or 30d, and at most 100 years.',
  );
}
