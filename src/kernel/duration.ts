const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/** `500ms`, `300s`, `1.5h`, `7d` in whole milliseconds; a unit is required. Undefined for anything else, and for nothing at all. */
export function durationFrom(text: string): number | undefined {
  const [, amount = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,12})?)\s*(ms|s|m|h|d)$/.exec(text) ?? [];
  const milliseconds = Math.round(Number(amount) * (UNITS[unit] ?? 0));
  return milliseconds < 1 ? undefined : milliseconds;
}

/** Milliseconds in the largest unit that needs no fraction: `5m`, `90s`, `1d`. `durationFrom` reads it back. */
export function durationText(milliseconds: number): string {
  const [unit, size] =
    Object.entries(UNITS).findLast(([, each]) => milliseconds >= each && milliseconds % each === 0) ?? [];
  return unit === undefined || size === undefined ? `${milliseconds}ms` : `${milliseconds / size}${unit}`;
}
