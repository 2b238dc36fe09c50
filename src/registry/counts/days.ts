import type { DayCount, Days } from './store.ts';

const DAY = 86_400_000;

/** Days since 1970-01-01, UTC, of milliseconds. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY);
}

/** `YYYY-MM-DD` of a day. */
export function dayText(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** An entry for each day from first to last, those without a download too. */
export function everyDay(counts: DayCount[], { first, last }: Days): DayCount[] {
  const known = new Map(counts.map(({ day, count }) => [day, count]));
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    day: first + index,
    count: known.get(first + index) ?? 0,
  }));
}
