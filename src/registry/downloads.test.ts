import { describe, expect, test } from 'vitest';
import { dayOf, DownloadCounter } from './downloads.ts';
import type { DownloadCount } from './ports/index.ts';

const DAY = 86_400_000;

/** A counter, what it has reported, and a clock and a store that do as the test says. */
function counting() {
  const reports: DownloadCount[][] = [];
  const state = { now: 20 * DAY, report: async () => {} };
  const counter = new DownloadCounter(
    {
      countDownloads: async (counts) => {
        await state.report();
        reports.push(counts.map((count) => ({ ...count })));
      },
    },
    () => state.now,
  );
  return { counter, reports, state };
}

const one = { packageId: 1, versionId: 11 };
const other = { packageId: 1, versionId: 12 };

describe('The download counter', () => {
  test('reports versions and days apart, each in one entry', async () => {
    const { counter, reports, state } = counting();
    for (let i = 0; i < 3; i += 1) {
      state.now = 20 * DAY + i;
      counter.count(one);
    }
    counter.count(other);
    state.now += DAY;
    counter.count(one);
    await counter.flush();
    expect(reports).toEqual([
      [
        { ...one, day: 20, count: 3, lastAt: 20 * DAY + 2 },
        { ...other, day: 20, count: 1, lastAt: 20 * DAY + 2 },
        { ...one, day: 21, count: 1, lastAt: 21 * DAY + 2 },
      ],
    ]);
  });

  test('reports nothing twice, and nothing when nothing was counted', async () => {
    const { counter, reports } = counting();
    await counter.flush();
    expect(reports).toEqual([]);
    counter.count(one);
    await counter.flush();
    await counter.flush();
    expect(reports).toHaveLength(1);
  });

  test('keeps what a failed report held, and adds what came meanwhile', async () => {
    const { counter, reports, state } = counting();
    counter.count(one);
    counter.count(one);
    state.report = () => {
      counter.count(one);
      return Promise.reject(new Error('the database is away'));
    };
    await expect(counter.flush()).rejects.toThrow('the database is away');
    state.report = async () => {};
    await counter.flush();
    expect(reports).toMatchObject([[{ ...one, day: 20, count: 3 }]]);
  });

  test('counts while a report is under way into the next one', async () => {
    const { counter, reports, state } = counting();
    counter.count(one);
    const written = Promise.withResolvers<void>();
    state.report = () => written.promise;
    const flushing = counter.flush();
    counter.count(one);
    written.resolve();
    await flushing;
    state.report = async () => {};
    await counter.flush();
    expect(reports).toMatchObject([[{ ...one, day: 20, count: 1 }], [{ ...one, day: 20, count: 1 }]]);
  });

  test('a day ends at midnight UTC', () => {
    expect(dayOf(DAY - 1)).toBe(0);
    expect(dayOf(DAY)).toBe(1);
    expect(dayOf(Date.UTC(2026, 0, 1))).toBe(20_454);
  });
});
