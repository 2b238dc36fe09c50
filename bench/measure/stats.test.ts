import { expect, test } from 'vitest';
import { absolute, best, isMet, median, plainSeries, ratio } from './stats.ts';

const series = (name: string, ...values: number[]) => plainSeries(name, values);

test('the median is the middle value, or the mean of the middle two', () => {
  expect(median([30, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('a ratio compares medians and spreads over the rounds', () => {
  const found = ratio(series('a', 10, 30, 20), series('b', 10, 10, 40), { at: 'least', bound: 2 });
  expect(found).toMatchObject({ label: 'a / b', value: 2, low: 0.5, high: 3 });
  expect(isMet(found)).toBe(true);
});

test('a target may bound from above, and stand alone', () => {
  const found = absolute(series('start', 900, 1100), { at: 'most', bound: 999, unit: ' ms' });
  expect(isMet(found)).toBe(false);
  expect(isMet({ ...found, target: undefined })).toBeUndefined();
});

test('the best contender has the highest median', () => {
  expect(best([series('a', 1, 9, 1), series('b', 2, 2, 2)])?.name).toBe('b');
  expect(best([])).toBeUndefined();
});
