/** Time as the domain sees it: milliseconds since the epoch. Tests hand in their own. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** ISO 8601 in UTC with milliseconds, as npm's `time` has it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
