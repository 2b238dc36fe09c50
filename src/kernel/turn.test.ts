import { afterEach, expect, test } from 'vitest';
import { Turn } from './turn.ts';

const busy = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end;);
};

let immediate: NodeJS.Immediate | undefined;
afterEach(() => clearImmediate(immediate));

test('is over after some milliseconds, and others come before the next one', async () => {
  const turn = new Turn();
  busy(10);
  expect(turn.isOver).toBe(true);
  let others = 0;
  setImmediate(() => (others += 1));
  await turn.next();
  expect(others).toBe(1);
});

test('is given to one computation at a time: many of them hold others up no longer than one', async () => {
  let inThisRound = 0;
  let most = 0;
  const count = () => {
    most = Math.max(most, inThisRound);
    inThisRound = 0;
    immediate = setImmediate(count);
  };
  immediate = setImmediate(count);
  const compute = async () => {
    const turn = new Turn();
    for (let step = 0; step < 5; step++) {
      await turn.next();
      inThisRound += 1;
    }
  };
  await Promise.all(Array.from({ length: 20 }, compute));
  expect(most).toBe(1);
});
