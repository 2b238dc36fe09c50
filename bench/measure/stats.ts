import type { Ratio, Series, Target } from '../scenario.ts';

/** Measured without a server's own figures. */
export function plainSeries(name: string, values: number[]): Series {
  return { name, values, cpuSeconds: [], operations: 0, memory: undefined, errors: 0 };
}

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  if (!Number.isInteger(middle)) return upper;
  return ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Contenders take turns, so values of the same round met the same machine. */
export function ratio(of: Series, to: Series, target?: Target): Ratio {
  const rounds = of.values.map((value, round) => value / (to.values[round] ?? Number.NaN));
  return {
    label: `${of.name} / ${to.name}`,
    value: median(of.values) / median(to.values),
    low: Math.min(...rounds),
    high: Math.max(...rounds),
    target,
  };
}

/** A measure that has a target of its own, without a contender. */
export function absolute(of: Series, target: Target): Ratio {
  return {
    label: of.name,
    value: median(of.values),
    low: Math.min(...of.values),
    high: Math.max(...of.values),
    target,
  };
}

/** The contender with the highest median, of those that can be had. */
export function best(series: readonly Series[]): Series | undefined {
  return series.toSorted((a, b) => median(b.values) - median(a.values))[0];
}

export function isMet({ value, target }: Ratio): boolean | undefined {
  if (target === undefined) return undefined;
  return target.at === 'least' ? value >= target.bound : value <= target.bound;
}
