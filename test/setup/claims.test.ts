import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { alone, claim } from './claims.ts';
import { freePort } from './ports.ts';
import { randomUUID } from 'node:crypto';

test.skipIf(process.platform !== 'linux')('a name is claimed once, until it is given up', async () => {
  const name = randomUUID();
  const release = await claim(name);
  expect(await claim(name)).toBeUndefined();
  release?.();
  const again = await claim(name);
  expect(again).toBeDefined();
  again?.();
});

test.skipIf(process.platform !== 'linux')('work of one name is never done twice at a time', async () => {
  const name = randomUUID();
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await sleep(1);
    running -= 1;
  };
  await Promise.all([1, 2, 3].map(() => alone(name, work)));
  expect(most).toBe(1);
});

test('no port is given twice', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  expect(new Set(ports).size).toBe(50);
});
