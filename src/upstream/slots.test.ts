import { describe, expect, test } from 'vitest';
import { Slots, type Line } from './slots.ts';

const line: Line = { patience: 60_000, late: () => new Error('late'), yields: false };
/** Lets everything happen that can happen now. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('slots', () => {
  test('let in so many, then one for each that leaves, in the order in which they came', async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    const taken = [0, 1, 2, 3].map(async (number) => {
      const giveBack = await slots.take(line);
      order.push(number);
      return giveBack;
    });
    await settle();
    expect(order).toEqual([0, 1]);
    (await taken[1])?.();
    await settle();
    expect(order).toEqual([0, 1, 2]);
    for (const one of [taken[0], taken[2], taken[3]]) (await one)?.();
    expect(order).toEqual([0, 1, 2, 3]);
  });

  test('let those wait who yield until nobody else does', async () => {
    const slots = new Slots(1);
    const giveBack = await slots.take(line);
    const order: string[] = [];
    const taken = ['last', 'first', 'second'].map(async (name) => {
      const leave = await slots.take({ ...line, yields: name === 'last' });
      order.push(name);
      leave();
    });
    giveBack();
    await Promise.all(taken);
    expect(order).toEqual(['first', 'second', 'last']);
  });

  test('are given back once, however often', async () => {
    const slots = new Slots(1);
    const giveBack = await slots.take(line);
    giveBack();
    giveBack();
    await slots.take(line);
    let isIn = false;
    const waiting = slots.take(line).then(() => (isIn = true));
    await settle();
    expect(isIn).toBe(false);
    slots.turnAway(new Error('away'));
    await expect(waiting).rejects.toThrow('away');
  });

  test('keep nobody waiting for longer than agreed, and skip who has gone', async () => {
    const slots = new Slots(1);
    const giveBack = await slots.take(line);
    await expect(slots.take({ ...line, patience: 1 })).rejects.toThrow('late');
    giveBack();
    await expect(slots.take({ ...line, patience: 1 })).resolves.toBeTypeOf('function');
  });

  test('turn away who waits, not who is in or comes later', async () => {
    const slots = new Slots(1);
    const giveBack = await slots.take(line);
    const waiting = [slots.take(line), slots.take(line)];
    const outcomes = Promise.allSettled(waiting);
    slots.turnAway(new Error('away'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const later = slots.take(line);
    giveBack();
    await expect(later).resolves.toBeTypeOf('function');
  });
});
