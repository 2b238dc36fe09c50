import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { Turns, type Task } from '../../src/upstream/index.ts';
import { adapters, freshStore } from './stores.ts';

for (const adapter of adapters.filter(({ replicas }) => replicas)) {
  describe(`Turns of replicas on ${adapter.name}`, () => {
    let store: SqlStore;
    let close: () => Promise<void>;
    let now: number;
    let replicas: Turns[];
    let done: string | undefined;
    let worked: number;
    let finish: () => void;
    let finished: Promise<void>;

    beforeEach(async () => {
      ({ store, close } = await freshStore(adapter));
      now = 1_700_000_000_000;
      done = undefined;
      worked = 0;
      ({ promise: finished, resolve: finish } = Promise.withResolvers<void>());
      const turns = () => new Turns({ leases: store.leases, clock: () => now, shared: store.shared });
      replicas = [turns(), turns(), turns()];
    });
    afterEach(() => close());

    const task: Task<string> = {
      key: 'upstream npm demo',
      look: () => Promise.resolve(done),
      work: async () => {
        worked += 1;
        await finished;
        return (done = `work ${worked}`);
      },
    };
    const started = async () => {
      await expect.poll(() => worked).toBe(1);
    };

    test('one works, and the others get what it made', async () => {
      const answers = Promise.all(replicas.map((turns) => turns.take(task)));
      await started();
      finish();
      expect(await answers).toEqual(['work 1', 'work 1', 'work 1']);
    });

    test('different things are done side by side', async () => {
      const [first, second] = replicas;
      const one = first?.take(task);
      await started();
      const other = await second?.take({ ...task, key: 'other', work: () => Promise.resolve('at once') });
      expect(other).toBe('at once');
      finish();
      await one;
    });

    test('who waits takes over from one that failed, and the failure stays with whom it met', async () => {
      const [first, second] = replicas;
      const fails = first?.take({
        ...task,
        work: () => finished.then(() => Promise.reject(new Error('no'))),
      });
      const outcome = Promise.allSettled([fails]);
      const waits = second?.take({ ...task, work: () => Promise.resolve('second') });
      finish();
      expect(await outcome).toMatchObject([{ status: 'rejected', reason: { message: 'no' } }]);
      expect(await waits).toBe('second');
    });

    test('who waits takes over from one that died, when its lease has ended', async () => {
      await store.leases.acquire(task.key, 'dead', now, 10_000);
      finish();
      const waits = replicas[0]?.take(task);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(worked).toBe(0);
      now += 10_000;
      expect(await waits).toBe('work 1');
    });

    test('nothing is left behind', async () => {
      finish();
      await replicas[0]?.take(task);
      expect(await store.leases.acquire(task.key, 'anybody', now, 1)).toBe(true);
    });
  });
}

const refuses = () => Promise.reject(new Error('a lease was asked for'));
const done = () => Promise.resolve('done');

describe('Turns where one server has the store for itself', () => {
  test('write nothing and keep nobody waiting', async () => {
    const leases = { acquire: refuses, release: refuses };
    const turns = new Turns({ leases, clock: () => 0, shared: false });
    expect(await turns.take({ key: 'a', look: () => Promise.resolve(undefined), work: done })).toBe('done');
  });
});
