import { describe, expect, test } from 'vitest';
import { Slots } from './slots.ts';

const late = () => new Error('late');
const MINUTE = 60_000;
/** Lets everything happen that can happen now. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('slots', () => {
  test('let in so many, then one for each that leaves, in the order in which they came', async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    const taken = [0, 1, 2, 3].map(async (number) => {
      const giveBack = await slots.take(MINUTE, late);
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

  test('are given back once, however often', async () => {
    const slots = new Slots(1);
    const giveBack = await slots.take(MINUTE, late);
    giveBack();
    giveBack();
    await slots.take(MINUTE, late);
    let isIn = false;
    const waiting = slots.take(MINUTE, late).then(() => (isIn = true));
    await settle();
    expect(isIn).toBe(false);
    slots.turnAway(new Error('away'));
    await expect(waiting).rejects.toThrow('away');
  });

  test('keep nobody waiting for longer than agreed, and skip who has gone', async () => {
    const slots = new Slots(1);
    const giveBack = await slots.take(MINUTE, late);
    await expect(slots.take(1, late)).rejects.toThrow('late');
    giveBack();
    await expect(slots.take(1, late)).resolves.toBeTypeOf('function');
  });

  test('turn away who waits, not who is in or comes later', async () => {
    const slots = new Slots(1);
    const giveBack = await slots.take(MINUTE, late);
    const waiting = [slots.take(MINUTE, late), slots.take(MINUTE, late)];
    const outcomes = Promise.allSettled(waiting);
    slots.turnAway(new Error('away'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const later = slots.take(MINUTE, late);
    giveBack();
    await expect(later).resolves.toBeTypeOf('function');
  });
});
