import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTurns } from './in-turns.ts';

test('so many at a time are worked on, and the results keep their places', async () => {
  let busy = 0;
  let most = 0;
  const results = await inTurns([5, 4, 3, 2, 1], 2, async (turns) => {
    most = Math.max(most, ++busy);
    for (let left = turns; left > 0; left -= 1) await turn();
    busy -= 1;
    return turns * 10;
  });
  expect(results).toEqual([50, 40, 30, 20, 10]);
  expect(most).toBe(2);
});

test('after a failure nothing more is begun, and what was begun has ended', async () => {
  const ended: number[] = [];
  const work = async (item: number) => {
    await turn();
    if (item === 2) throw new Error('two');
    await turn();
    ended.push(item);
  };
  await expect(inTurns([1, 2, 3, 4], 2, work)).rejects.toThrow('two');
  expect(ended).toEqual([1]);
});
