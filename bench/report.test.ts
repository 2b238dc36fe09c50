import { expect, test } from 'vitest';
import { plainSeries, ratio } from './measure/stats.ts';
import { section } from './report.ts';

test('a section shows medians, spread, the ratio and whether the target is met', () => {
  const ours = { ...plainSeries('Kontor', [900, 1200, 1000]), cpuSeconds: [1, 1, 1], operations: 30_000 };
  const theirs = { ...plainSeries('nginx', [2000, 2000, 2000]), cpuSeconds: [1, 1, 1], operations: 60_000 };
  const text = section({
    title: 'Reads',
    unit: 'requests/s',
    series: [ours, theirs],
    ratios: [ratio(ours, theirs, { at: 'least', bound: 0.6 })],
    notes: ['A note.'],
  });
  expect(text).toContain('| Kontor | 1,000 | 900 – 1,200 | 3.00 | 100 | - | 0 |');
  expect(text).toContain('- Kontor / nginx: **0.5** (0.45 – 0.6); target ≥ 0.6: **missed**');
  expect(text).toContain('- A note.');
});
