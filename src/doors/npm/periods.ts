import { Fault } from '../../kernel/index.ts';
import { dayOf, dayText } from '../../registry/index.ts';

/** Days since 1970-01-01, UTC; both inclusive. */
export interface Period {
  first: number;
  last: number;
}

const DAYS: ReadonlyMap<string, number> = new Map([
  ['last-day', 1],
  ['last-week', 7],
  ['last-month', 30],
  ['last-year', 365],
]);

/**
 * Reads a period of the counts API: `last-day`, `last-week`, `last-month`, `last-year`, which end with the day of `now`
 * (milliseconds), `YYYY-MM-DD` or `YYYY-MM-DD:YYYY-MM-DD`. Fault `bad_request` for anything else.
 */
export function readPeriod(text: string, now: number): Period {
  const days = DAYS.get(text);
  if (days !== undefined) return { first: dayOf(now) - days + 1, last: dayOf(now) };
  const [start = '', end = start, ...rest] = text.split(':');
  const first = readDay(start);
  const last = readDay(end);
  if (first === undefined || last === undefined || rest.length > 0 || first > last) {
    throw new Fault(
      'bad_request',
      'The period must be last-day, last-week, last-month, last-year, a day YYYY-MM-DD, or two days in order YYYY-MM-DD:YYYY-MM-DD.',
    );
  }
  return { first, last };
}

function readDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(ms)) return undefined;
  const day = dayOf(ms);
  // JavaScript takes 30 February for 2 March.
  return dayText(day) === text ? day : undefined;
}
