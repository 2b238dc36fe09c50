import { describe, expect, test } from 'vitest';
import { DownloadCounter, MOST_WAITING } from './counter.ts';
import { dayOf } from './days.ts';
import type { CountBatch } from './store.ts';

const DAY = 86_400_000;

/** A counter, what it has reported, and a clock and a store that do as the test says. */
function counting() {
  const reports: CountBatch[] = [];
  const warnings: string[] = [];
  const state = { now: 20 * DAY, report: async () => {} };
  const counter = new DownloadCounter(
    {
      add: async (batch) => {
        await state.report();
        reports.push(structuredClone(batch));
      },
    },
    () => state.now,
    (message) => warnings.push(message),
  );
  return { counter, reports, warnings, state };
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
    expect(reports.map(({ releases }) => releases)).toEqual([
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

  test('reports previews by name and label, and missing versions', async () => {
    const { counter, reports } = counting();
    const name = { registryId: 1, name: '@acme/demo' };
    const preview = { ...name, label: 'abcdef0', restricted: false };
    counter.countPreview(preview);
    counter.countPreview(preview);
    counter.countPreview({ ...preview, label: '1234567' });
    counter.countPreview({ ...preview, label: '7654321', restricted: true });
    counter.missed(1, 'demo', '9.0.0');
    counter.missed(1, 'demo', '9.0.0');
    await counter.flush();
    expect(reports).toMatchObject([
      {
        releases: [],
        previews: [
          { ...name, label: 'abcdef0', day: 20, count: 2 },
          { ...name, label: '1234567', day: 20, count: 1 },
        ],
        missing: [{ registryId: 1, name: 'demo', version: '9.0.0', count: 2, lastAt: 20 * DAY }],
      },
    ]);
  });

  test('sends a report that failed again as it was, then what came meanwhile', async () => {
    const { counter, reports, state } = counting();
    const sent: CountBatch[] = [];
    const failing = new DownloadCounter(
      {
        add: async (batch) => {
          sent.push(batch);
          if (sent.length === 1) throw new Error('the answer was lost');
        },
      },
      () => state.now,
    );
    failing.count(one);
    await expect(failing.flush()).rejects.toThrow('the answer was lost');
    failing.count(one);
    failing.count(one);
    await failing.flush();
    expect(sent.map(({ releases }) => releases[0]?.count)).toEqual([1, 1, 2]);
    expect(sent[1]).toBe(sent[0]);
    expect(sent[2]?.id).not.toBe(sent[0]?.id);
    expect([await counter.flush(), reports]).toEqual([undefined, []]);
  });

  test('holds no more than so many versions while the store is away, and says what it did not count', async () => {
    const { counter, reports, warnings, state } = counting();
    state.report = () => Promise.reject(new Error('the database is away'));
    counter.count(one);
    await expect(counter.flush()).rejects.toThrow('away');
    for (let versionId = 100; versionId < 100 + MOST_WAITING; versionId += 1) {
      counter.count({ packageId: 1, versionId });
    }
    counter.count({ packageId: 1, versionId: 100 });
    counter.countPreview({ registryId: 1, name: 'demo', label: 'abcdef0', restricted: false });
    state.report = async () => {};
    await counter.flush();
    const all = reports.flatMap(({ releases }) => releases);
    expect(all).toHaveLength(MOST_WAITING);
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(MOST_WAITING + 1);
    expect(Math.max(...reports.map(({ releases }) => releases.length))).toBe(1_000);
    expect(warnings).toEqual([expect.stringMatching(/^2 downloads were not counted/)]);
    counter.countPreview({ registryId: 1, name: 'demo', label: 'abcdef0', restricted: false });
    await counter.flush();
    expect(reports.at(-1)?.previews).toHaveLength(1);
    expect(warnings).toHaveLength(1);
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
    expect(reports).toMatchObject([
      { releases: [{ ...one, day: 20, count: 1 }] },
      { releases: [{ ...one, day: 20, count: 1 }] },
    ]);
  });

  test('a day ends at midnight UTC', () => {
    expect(dayOf(DAY - 1)).toBe(0);
    expect(dayOf(DAY)).toBe(1);
    expect(dayOf(Date.UTC(2026, 0, 1))).toBe(20_454);
  });
});
