import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adapters, freshStore } from '../../../test/contracts/stores.ts';
import type { Actor } from '../../ledger/index.ts';
import type { SqlStore } from '../../storage/sql/index.ts';
import type { User } from '../store.ts';
import { createSecondFactors, type SecondFactors } from './service.ts';

const START = 1_700_000_000_000;
const STEP = 30_000;
let now = START;
let store: SqlStore;
let close: () => Promise<void>;
let factors: SecondFactors;
let anna: User;
let bob: User;

const by: Actor = { userId: null, name: null, via: 'command-line', address: null };
const sqlite = adapters.find(({ name }) => name === 'SQLite');

const wrap = {
  wrap: (text: string) => `wrapped ${Buffer.from(text).toString('hex')}`,
  unwrap: (stored: string) => Buffer.from(stored.replace('wrapped ', ''), 'hex').toString('utf8'),
};
const service = (more: { requirement?: 'administrators' | 'everyone' } = {}) =>
  createSecondFactors({
    store: store.secondFactors,
    users: store.accounts,
    clock: () => now,
    wrap,
    storeId: store.id,
    requirement: 'off',
    ...more,
  });
/** As an authenticator app does. */
const codeOf = (secret: string, at = now) =>
  new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 }).generate({
    timestamp: at,
  });
const newUser = (name: string, role: User['role'] = 'user') =>
  store.accounts.createUser({ name, email: null, role, passwordHash: 'x', at: now, by });

async function enrol(user: User): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = await factors.beginTotp(user, { mode: 'auth-and-writes', issuer: 'Kontor' });
  const recoveryCodes = await factors.confirmTotp(user, codeOf(secret), by);
  now += STEP;
  return { secret, recoveryCodes };
}
const check = (user: User, code?: string, need: 'always' | 'writes' = 'always') =>
  factors.assertSecondFactor(user, need, code, by);

beforeAll(async () => {
  if (!sqlite) throw new Error('SQLite is always there');
  ({ store, close } = await freshStore(sqlite));
});
afterAll(() => close());

let users = 0;
beforeEach(async () => {
  now = START;
  factors = service();
  users += 1;
  anna = await newUser(`anna${users}`);
  bob = await newUser(`bob${users}`);
});

describe('codes of an app', () => {
  test('are asked of nobody who has no second factor', async () => {
    await expect(check(anna)).resolves.toBeUndefined();
    await expect(check(anna, '123456')).resolves.toBeUndefined();
  });

  test('begin with a URL that every app reads (key URI format)', async () => {
    const { secret, url } = await factors.beginTotp(anna, {
      mode: 'auth-only',
      issuer: 'Kontor on x.example',
    });
    const { protocol, host, searchParams } = new URL(url);
    expect([protocol, host]).toEqual(['otpauth:', 'totp']);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      secret,
      issuer: 'Kontor on x.example',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
    expect(Buffer.from(Secret.fromBase32(secret).bytes)).toHaveLength(20);
  });

  test('do not count until one of them has come back', async () => {
    await factors.beginTotp(anna, { mode: 'auth-only', issuer: 'Kontor' });
    await expect(check(anna)).resolves.toBeUndefined();
    await expect(factors.confirmTotp(anna, '000000', by)).rejects.toMatchObject({ code: 'code_wrong' });
    await expect(check(anna)).resolves.toBeUndefined();
  });

  test('are demanded once they are on, and a right one passes [A-71]', async () => {
    const { secret } = await enrol(anna);
    await expect(check(anna)).rejects.toMatchObject({ code: 'second_factor_required' });
    await expect(check(anna, ' ')).rejects.toMatchObject({ code: 'second_factor_required' });
    await expect(check(anna, codeOf(secret))).resolves.toBeUndefined();
  });

  test('work once, also the one that turned them on', async () => {
    const { secret } = await enrol(anna);
    const wrong = { code: 'second_factor_wrong' };
    await expect(check(anna, codeOf(secret, now - STEP))).rejects.toMatchObject(wrong);
    const code = codeOf(secret);
    await check(anna, code);
    await expect(check(anna, code)).rejects.toMatchObject(wrong);
    const uses = await Promise.allSettled([1, 2, 3].map(() => check(anna, codeOf(secret, now + STEP))));
    expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('of the step before and after are taken, further ones not', async () => {
    const { secret } = await enrol(anna);
    now += 10 * STEP;
    for (const away of [-2, 2]) {
      await expect(check(anna, codeOf(secret, now + away * STEP))).rejects.toMatchObject({
        code: 'second_factor_wrong',
      });
    }
    for (const near of [-1, 0, 1]) await check(anna, codeOf(secret, now + near * STEP));
  });

  test('may be typed as apps show them', async () => {
    const { secret } = await enrol(anna);
    const code = codeOf(secret);
    await expect(check(anna, ` ${code.slice(0, 3)} ${code.slice(3)} `)).resolves.toBeUndefined();
  });

  test('of another user or another secret are wrong', async () => {
    const his = await enrol(bob);
    await enrol(anna);
    await expect(check(anna, codeOf(his.secret))).rejects.toMatchObject({ code: 'second_factor_wrong' });
    await check(bob, codeOf(his.secret));
  });

  test('are asked for writes only of who wants that', async () => {
    const { secret } = await enrol(anna);
    await expect(check(anna, undefined, 'writes')).rejects.toMatchObject({ code: 'second_factor_required' });
    await factors.setFactorMode(anna, 'auth-only', by);
    await expect(check(anna, undefined, 'writes')).resolves.toBeUndefined();
    await expect(check(anna, undefined, 'always')).rejects.toMatchObject({ code: 'second_factor_required' });
    await check(anna, codeOf(secret));
  });

  test('lie wrapped in the database, as those of their user', async () => {
    const { secret } = await enrol(anna);
    const row = await store.secondFactors.totpOf(anna.id);
    expect(row?.secret).toMatch(/^wrapped /);
    expect(row?.secret).not.toContain(secret);
    // Whoever can write to the database puts a secret that they know in a row of anna's.
    await factors.beginTotp(bob, { mode: 'auth-only', issuer: 'Kontor' });
    const theirs = (await store.secondFactors.totpOf(bob.id))?.secret ?? '';
    await store.secondFactors.removeTotp({ userId: anna.id, at: now, by });
    await store.secondFactors.enrolTotp({ userId: anna.id, secret: theirs, mode: 'auth-only', at: now });
    const known = wrap.unwrap(theirs).split(':').at(-1) ?? '';
    await expect(factors.confirmTotp(anna, codeOf(known), by)).rejects.toMatchObject({ code: 'code_wrong' });
  });
});

describe('guessing', () => {
  test('is slowed for the user, and ends with the delay', async () => {
    const { secret } = await enrol(anna);
    const right = () => codeOf(secret);
    const wrong = () => (right() === '000000' ? '111111' : '000000');
    for (let guess = 1; guess <= 5; guess += 1) {
      await expect(check(anna, wrong())).rejects.toMatchObject({ code: 'second_factor_wrong' });
    }
    await expect(check(anna, right())).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 30 });
    now += 30_000;
    await expect(check(anna, wrong())).rejects.toMatchObject({ code: 'second_factor_wrong' });
    await expect(check(anna, right())).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 60 });
    now += 60_000;
    await check(anna, right());
    now += STEP;
    await expect(check(anna, wrong())).rejects.toMatchObject({ code: 'second_factor_wrong' });
    await check(anna, right());
  });

  test('of many at once lets five through', async () => {
    await enrol(anna);
    const guesses = Array.from({ length: 40 }, (_, i) => check(anna, String(i).padStart(6, '7')));
    const codes = (await Promise.allSettled(guesses)).map((outcome) =>
      outcome.status === 'rejected' ? (outcome.reason as { code: string }).code : 'passed',
    );
    expect(codes.filter((code) => code !== 'rate_limited')).toHaveLength(5);
  });

  test('locks its victim out of nothing but codes of the app: recovery codes work, and others are not slowed', async () => {
    const { recoveryCodes } = await enrol(anna);
    const his = await enrol(bob);
    for (let guess = 1; guess <= 6; guess += 1) await check(anna, '000000').catch(() => undefined);
    await expect(check(bob, codeOf(his.secret))).resolves.toBeUndefined();
    await expect(check(anna, recoveryCodes[0])).resolves.toBeUndefined();
  });
});

describe('recovery codes', () => {
  test('are ten of digits, which npm takes at its prompt, and each works once', async () => {
    const { recoveryCodes } = await enrol(anna);
    expect(new Set(recoveryCodes)).toHaveLength(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^(\d{4} ){5}\d{4}$/);
    const [first = '', second = ''] = recoveryCodes;
    await check(anna, first);
    await expect(check(anna, first)).rejects.toMatchObject({ code: 'second_factor_wrong' });
    await check(anna, second.replaceAll(' ', ''));
  });

  test('of another user are wrong', async () => {
    const his = await enrol(bob);
    await enrol(anna);
    await expect(check(anna, his.recoveryCodes[0])).rejects.toMatchObject({ code: 'second_factor_wrong' });
  });

  test('end when new ones are made, and are none without a factor', async () => {
    const { recoveryCodes } = await enrol(anna);
    const fresh = await factors.renewRecoveryCodes(anna, by);
    await expect(check(anna, recoveryCodes[0])).rejects.toMatchObject({ code: 'second_factor_wrong' });
    await check(anna, fresh[9]);
    await expect(factors.renewRecoveryCodes(bob, by)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a prompt', () => {
  test('gives a client one pass, which works once and for its user', async () => {
    await enrol(anna);
    await enrol(bob);
    const { page, done } = await factors.startClientPrompt(anna);
    expect(await factors.redeemPrompt(done)).toEqual({ state: 'waiting' });
    expect(await factors.openPrompt(page)).toMatchObject({ user: anna, passed: false });
    await factors.passPrompt(page);
    const redeemed = await factors.redeemPrompt(done);
    const pass = redeemed.state === 'done' ? redeemed.pass : '';
    await expect(factors.redeemPrompt(done)).rejects.toMatchObject({ code: 'not_found' });
    await expect(check(bob, pass)).rejects.toMatchObject({ code: 'second_factor_wrong' });
    await check(anna, pass);
    await expect(check(anna, pass)).rejects.toMatchObject({ code: 'second_factor_wrong' });
  });

  test('neither opens nor passes with the secret that the client polls with', async () => {
    const { done } = await factors.startClientPrompt(anna);
    expect(await factors.openPrompt(done)).toBeUndefined();
    expect(await factors.passPrompt(done)).toBe(false);
  });

  test('expires', async () => {
    const { page, done } = await factors.startClientPrompt(anna);
    now += 600_000;
    expect(await factors.openPrompt(page)).toBeUndefined();
    expect(await factors.passPrompt(page)).toBe(false);
    await expect(factors.redeemPrompt(done)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the operator’s demand', () => {
  test('is for administrators only, or for everyone [A-71]', async () => {
    const root = await newUser('root', 'administrator');
    const due = { code: 'second_factor_due' };
    await expect(service().assertEnrolled(root)).resolves.toBeUndefined();
    const administrators = service({ requirement: 'administrators' });
    await expect(administrators.assertEnrolled(root)).rejects.toMatchObject(due);
    await expect(administrators.assertEnrolled(anna)).resolves.toBeUndefined();
    await expect(service({ requirement: 'everyone' }).assertEnrolled(anna)).rejects.toMatchObject(due);
    await enrol(root);
    await expect(administrators.assertEnrolled(root)).resolves.toBeUndefined();
  });

  test('keeps the last factor where it is', async () => {
    await enrol(anna);
    factors = service({ requirement: 'everyone' });
    const refused = { code: 'forbidden' };
    await expect(factors.disableSecondFactors(anna, by)).rejects.toMatchObject(refused);
    await expect(factors.removeTotp(anna, by)).rejects.toMatchObject(refused);
    expect(await factors.resetSecondFactors(anna, by)).toBe(true);
    await expect(factors.assertEnrolled(anna)).rejects.toMatchObject({ code: 'second_factor_due' });
  });

  test('lets a secret that waits be dropped', async () => {
    factors = service({ requirement: 'everyone' });
    await factors.beginTotp(anna, { mode: 'auth-only', issuer: 'Kontor' });
    await factors.disableSecondFactors(anna, by);
    expect(await factors.standingOf(anna)).toMatchObject({ totp: 'off' });
  });
});

test('turning everything off leaves nothing to be asked', async () => {
  await enrol(anna);
  await factors.disableSecondFactors(anna, by);
  await expect(check(anna)).resolves.toBeUndefined();
  await expect(factors.setFactorMode(anna, 'auth-only', by)).rejects.toMatchObject({ code: 'conflict' });
});
