import { beforeEach, describe, expect, test } from 'vitest';
import type { NewEvent } from '../events.ts';
import { AuditRecorder, type Observed } from './recorder.ts';

let now: number;
let written: NewEvent[];
let batches: number[];
let failing: boolean;
let recorder: AuditRecorder;

beforeEach(() => {
  now = 1_700_000_000_000;
  written = [];
  batches = [];
  failing = false;
  const append = async (events: NewEvent[]) => {
    if (failing) throw new Error('the database is away');
    written.push(...events);
    batches.push(events.length);
  };
  recorder = new AuditRecorder({ store: { append }, clock: () => now });
});

const request = (more: Partial<Observed> = {}): Observed => ({
  type: 'request.write',
  actor: { userId: null, name: null, via: 'nobody', address: '192.0.2.1' },
  registry: 'npm',
  package: 'demo',
  version: null,
  detail: { status: 401, code: 'unauthenticated' },
  ...more,
});

describe('refusals', () => {
  test('are written once, with their time and result', async () => {
    recorder.refused(request());
    now += 700;
    await recorder.flush();
    await recorder.flush();
    expect(written).toEqual([{ ...request(), at: now - 700, result: 'refused' }]);
  });

  test('that are equal become one event that counts them', async () => {
    for (let i = 0; i < 50_000; i++) recorder.refused(request());
    now += 5;
    recorder.refused(request());
    recorder.refused(request({ package: 'other' }));
    await recorder.flush();
    expect(written).toMatchObject([
      { at: now - 5, detail: { count: 50_001, last: now } },
      { package: 'other', detail: { code: 'unauthenticated' } },
    ]);
    expect(written[1]?.detail).not.toHaveProperty('count');
  });

  test('that are all different, in a flood, take bounded memory and few rows, and none is forgotten', async () => {
    for (let i = 0; i < 5_000; i++) recorder.refused(request({ package: `p${i}` }));
    await recorder.flush();
    expect(written).toHaveLength(1_001);
    expect(written.at(-1)).toMatchObject({
      type: 'audit.more',
      detail: { refusals: { unauthenticated: 4_000 } },
    });
    written = [];

    now += 2_000;
    for (let i = 0; i < 100; i++) recorder.refused(request({ package: `p${i}` }));
    await recorder.flush();
    expect(written).toHaveLength(41);
    expect(written.at(-1)).toMatchObject({ detail: { refusals: { unauthenticated: 60 } } });
  });

  test('wait while the store does not take them', async () => {
    failing = true;
    recorder.refused(request());
    await expect(recorder.flush()).rejects.toThrow('away');
    recorder.refused(request({ package: 'later' }));
    failing = false;
    await recorder.flush();
    await recorder.flush();
    expect(written.map((event) => event.package)).toEqual(['demo', 'later']);
  });
});

describe('reads', () => {
  test('are written one by one, in batches', async () => {
    for (let i = 0; i < 1_200; i++) recorder.read(request({ type: 'request.read', detail: {} }));
    await recorder.flush();
    expect(written).toHaveLength(1_200);
    expect(written[0]).not.toHaveProperty('result');
    expect(batches).toEqual([500, 500, 200]);
  });

  test('beyond what may wait are counted', async () => {
    for (let i = 0; i < 20_003; i++) recorder.read(request());
    await recorder.flush();
    expect(written).toHaveLength(20_001);
    expect(written.at(-1)).toMatchObject({ type: 'audit.more', detail: { reads: 3 } });
  });
});
