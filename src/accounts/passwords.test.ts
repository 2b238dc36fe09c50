import { describe, expect, test } from 'vitest';
import { NOBODYS_HASH, checkPassword, hashPassword, isSamplePassword, verifyPassword } from './passwords.ts';
import { Slots } from './slots.ts';

const cost = (phc: string) => phc.split('$').slice(0, 4);

describe('password hashes', () => {
  test('are argon2id with 19 MiB, two passes and one lane, and salted', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  test('match their password and no other', async () => {
    const phc = await hashPassword('correct horse');
    expect(await verifyPassword(phc, 'correct horse')).toBe(true);
    expect(await verifyPassword(phc, 'Correct horse')).toBe(false);
    expect(await verifyPassword(phc, '')).toBe(false);
  });

  test('match however a keyboard composes a letter', async () => {
    const phc = await hashPassword('bl\u00fcmchenkaffee');
    expect(await verifyPassword(phc, 'blu\u0308mchenkaffee')).toBe(true);
  });

  test('an unknown user is never let in', async () => {
    expect(await verifyPassword(undefined, 'correct horse')).toBe(false);
  });

  test('an unknown user costs as much as a known one', async () => {
    expect(cost(NOBODYS_HASH)).toEqual(cost(await hashPassword('correct horse')));
  });

  test('odd text is a password or no match, never an error', async () => {
    for (const password of ['\u0000', '\ud800', '🗝'.repeat(300), 'x'.repeat(100_000)]) {
      expect(await verifyPassword(await hashPassword(password), password)).toBe(true);
      expect(await verifyPassword(undefined, password)).toBe(false);
    }
  });
});

describe('checkPassword', () => {
  test.each([
    ['seven characters', 'Xk3$vb!', /7 characters/],
    ['seven characters of two units each', '🗝'.repeat(7), /7 characters/],
    ['nothing', '', /0 characters/],
    ['more than a thousand characters', 'Xk3$vb!e'.repeat(126), /more than 1000/],
    ['the user name in another case', 'FRIEDERIKE', /user name/],
    ['password1 [A-70]', 'password1', /tries first/],
    ['a well-known one in another case', 'PassWord123', /tries first/],
    ['a sample of the documentation', 'changeme', /tries first/],
    ['the other sample', 'admin123', /tries first/],
  ])('refuses %s', (_what, password, why) => {
    expect(() => checkPassword(password, 'Friederike')).toThrow(
      expect.objectContaining({ code: 'password_weak', message: expect.stringMatching(why) }),
    );
  });

  test.each(['Xk3$vb!e', 'correct horse battery staple', '🗝'.repeat(8), 'p\u0000ssw\u0000rd'])(
    'accepts %j',
    (password) => {
      expect(() => checkPassword(password, 'friederike')).not.toThrow();
    },
  );

  test('never repeats the password in its sentence', () => {
    expect(() => checkPassword('password123', 'anna')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('password123') }),
    );
  });

  test('knows the samples', () => {
    expect(isSamplePassword('changeme')).toBe(true);
    expect(isSamplePassword('admin123')).toBe(true);
    expect(isSamplePassword('password')).toBe(false);
  });
});

describe('slots', () => {
  test('run no more tasks at once than allowed, and refuse what would wait too long', async () => {
    const slots = new Slots(2, 3);
    const release: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const task = () =>
      slots.run(async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => release.push(resolve));
        running--;
      });
    const five = Array.from({ length: 5 }, task);
    await expect(task()).rejects.toMatchObject({ code: 'unavailable' });
    for (let i = 0; i < 5; i++) {
      await new Promise(setImmediate);
      release.shift()?.();
    }
    await Promise.all(five);
    expect(most).toBe(2);
  });

  test('are free again after a task that failed', async () => {
    const slots = new Slots(1, 1);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(() => Promise.resolve('yes'))).toBe('yes');
  });
});
