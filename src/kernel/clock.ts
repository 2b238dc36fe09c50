/** Time as the domain sees it: milliseconds since the epoch. Tests hand in their own. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/;

/** Milliseconds of a day or a moment in UTC, such as `2026-01-31` or `2026-01-31T12:00Z`; undefined if it is none. */
export function timeFrom(text: string): number | undefined {
  const ms = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** ISO 8601 in UTC with milliseconds, as npm's `time` has it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
