import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { WorkerPool } from './worker-pool.ts';

/** Echoes; `die` ends the thread, `no` is refused. */
const code = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ id, task }) => {
    if (task === 'die') process.exit(1);
    if (task === 'throw') throw new Error('unexpected');
    if (task === 'wait') return;
    parentPort.postMessage(task === 'no' ? { id, error: { code: 'not_found', message: 'Refused.' } } : { id, result: task });
  });
`;
let started: number;
const newPool = () => {
  started = 0;
  pool = new WorkerPool<string, string>(() => {
    started++;
    return new Worker(code, { eval: true });
  }, 2);
  return pool;
};
let pool: WorkerPool<string, string>;
afterEach(() => pool.close());

test('tasks get their own results from at most as many workers as allowed, started when needed', async () => {
  newPool();
  expect(started).toBe(0);
  const tasks = Array.from({ length: 20 }, (_, n) => `task ${n}`);
  expect(await Promise.all(tasks.map((task) => pool.run(task)))).toEqual(tasks);
  expect(started).toBe(2);
});

test('one task after the other needs one worker only', async () => {
  newPool();
  await pool.run('a');
  await pool.run('b');
  expect(started).toBe(1);
});

test('a refusal comes with its code and sentence', async () => {
  await expect(newPool().run('no')).rejects.toMatchObject({ code: 'not_found', message: 'Refused.' });
});

test.each(['die', 'throw'])(
  'a worker lost to a task that makes it %s fails its tasks and is replaced',
  async (task) => {
    newPool();
    await expect(pool.run(task)).rejects.toMatchObject({ code: 'internal' });
    expect(await pool.run('next')).toBe('next');
  },
);

test('closing rejects what is under way', async () => {
  newPool();
  const waiting = pool.run('wait').catch((error: unknown) => error);
  await pool.close();
  expect(await waiting).toMatchObject({ code: 'internal' });
});

test('a task that would wait behind too many others is refused at once', async () => {
  newPool();
  const waiting = Array.from({ length: 256 }, () => pool.run('wait').catch((error: unknown) => error));
  await expect(pool.run('one more')).rejects.toMatchObject({ code: 'unavailable' });
  await pool.close();
  await Promise.all(waiting);
});
