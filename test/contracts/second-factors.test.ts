import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { NewFactorPrompt, SecondFactorStore, User } from '../../src/accounts/index.ts';
import type { Actor } from '../../src/ledger/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { adapters, freshStore } from './stores.ts';

const NOW = 1_700_000_000_000;
const by: Actor = { userId: null, name: null, via: 'command-line', address: null };

describe.each(adapters)('SecondFactorStore on $name', (adapter) => {
  let sql: SqlStore;
  let store: SecondFactorStore;
  let anna: User;
  let bob: User;
  let close: () => Promise<void>;

  const newUser = (name: string) =>
    sql.accounts.createUser({ name, email: null, role: 'user', passwordHash: 'x', at: NOW, by });

  beforeAll(async () => {
    const opened = await freshStore(adapter);
    sql = opened.store;
    store = sql.secondFactors;
    close = () => opened.close();
  });
  afterAll(() => close());

  let users = 0;
  let told = 0;
  beforeEach(async () => {
    users += 1;
    anna = await newUser(`anna${users}`);
    bob = await newUser(`bob${users}`);
    await sql.events.seal(1000);
    told = (await sql.events.sealed(0, 1000)).length;
  });

  const enrol = async (user: User, secret = 'secret') => {
    await store.enrolTotp({ userId: user.id, secret, mode: 'auth-and-writes', at: NOW });
    return store.confirmTotp({
      userId: user.id,
      secret,
      step: 100,
      recoveryHashes: ['r1', 'r2'].map((code) => `${user.id}-${code}`),
      at: NOW,
      by,
    });
  };
  /** Credentials are one world for all tests. */
  const credential = (name: string) => `${name}-${users}`;
  const addPasskey = (user: User, name: string, counter = 0) =>
    store.addPasskey({
      passkey: {
        userId: user.id,
        credentialId: credential(name),
        publicKey: new Uint8Array([1, 2, 255]),
        counter,
        transports: ['usb', 'nfc'],
        name: 'key',
      },
      mode: 'auth-and-writes',
      recoveryHashes: ['p1'],
      at: NOW,
      by,
    });
  const typesOf = async () => {
    await sql.events.seal(1000);
    const sealed = await sql.events.sealed(told, 1000);
    return sealed.filter(({ type }) => type.startsWith('second-factor.')).map(({ type }) => type);
  };

  test('a user without factors stands with everything off', async () => {
    expect(await store.standingOf(anna.id)).toEqual({
      mode: 'auth-only',
      totp: 'off',
      passkeys: 0,
      recoveryCodes: 0,
    });
    expect(await store.totpOf(anna.id)).toBeUndefined();
  });

  test('a secret is pending until it is confirmed, and then brings recovery codes', async () => {
    const secret = { userId: anna.id, secret: 's', mode: 'auth-only' as const, at: NOW };
    expect(await store.enrolTotp(secret)).toBe(true);
    expect(await store.standingOf(anna.id)).toMatchObject({ totp: 'pending', recoveryCodes: 0 });
    expect(await enrol(anna)).toEqual({ done: true, codes: true });
    expect(await store.standingOf(anna.id)).toEqual({
      mode: 'auth-and-writes',
      totp: 'on',
      passkeys: 0,
      recoveryCodes: 2,
    });
    expect(await store.standingOf(bob.id)).toMatchObject({ totp: 'off' });
    expect(await typesOf()).toEqual(['second-factor.enable']);
  });

  test('a confirmed secret is neither replaced nor confirmed again', async () => {
    await enrol(anna);
    const other = { userId: anna.id, secret: 'other', mode: 'auth-only' as const, at: NOW };
    expect(await store.enrolTotp(other)).toBe(false);
    expect(await store.totpOf(anna.id)).toEqual({
      secret: 'secret',
      confirmedAt: NOW,
      mode: 'auth-and-writes',
    });
    expect(await enrol(anna)).toEqual({ done: false, codes: false });
  });

  test('only the secret that is pending now can be confirmed', async () => {
    for (const secret of ['first', 'second']) {
      await store.enrolTotp({ userId: anna.id, secret, mode: 'auth-only', at: NOW });
    }
    const confirmation = { userId: anna.id, step: 1, recoveryHashes: [], at: NOW, by };
    expect(await store.confirmTotp({ ...confirmation, secret: 'first' })).toMatchObject({ done: false });
    expect(await store.confirmTotp({ ...confirmation, secret: 'second' })).toMatchObject({ done: true });
  });

  test('a step is used once, also by many at once, and never an earlier one', async () => {
    await enrol(anna);
    expect(await store.useTotp({ userId: anna.id, step: 100, at: NOW })).toBe(false);
    const uses = Array.from({ length: 8 }, () => store.useTotp({ userId: anna.id, step: 101, at: NOW }));
    expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
    expect(await store.useTotp({ userId: anna.id, step: 99, at: NOW })).toBe(false);
    expect(await store.useTotp({ userId: bob.id, step: 102, at: NOW })).toBe(false);
  });

  test('guesses are counted before they are looked at, and a right one forgives them', async () => {
    await enrol(anna);
    const guess = (at: number) => store.admitGuess({ userId: anna.id, at });
    const many = await Promise.all(Array.from({ length: 12 }, () => guess(NOW)));
    expect(many.filter(({ waitUntil }) => waitUntil === null)).toHaveLength(5);
    expect(await guess(NOW + 29_999)).toEqual({ waitUntil: NOW + 30_000 });
    expect(await guess(NOW + 30_000)).toEqual({ waitUntil: null });
    expect(await guess(NOW + 30_001)).toEqual({ waitUntil: NOW + 90_000 });
    await store.useTotp({ userId: anna.id, step: 101, at: NOW });
    expect(await guess(NOW + 30_002)).toEqual({ waitUntil: null });
    expect(await store.admitGuess({ userId: bob.id, at: NOW })).toEqual({ waitUntil: null });
  });

  test('a guess that others overtook is no later one', async () => {
    await enrol(anna);
    expect(await store.admitGuess({ userId: anna.id, at: NOW + 5 })).toEqual({ waitUntil: null });
    expect(await store.admitGuess({ userId: anna.id, at: NOW })).toEqual({ waitUntil: null });
  });

  test('a recovery code works once and only for its user', async () => {
    await enrol(anna);
    await enrol(bob);
    const use = { userId: anna.id, hash: `${anna.id}-r1`, at: NOW, by };
    expect(await store.useRecoveryCode({ ...use, userId: bob.id })).toBe(false);
    expect(await Promise.all([store.useRecoveryCode(use), store.useRecoveryCode(use)])).toContain(false);
    expect(await store.useRecoveryCode(use)).toBe(false);
    expect(await store.standingOf(anna.id)).toMatchObject({ recoveryCodes: 1 });
    await store.replaceRecoveryCodes({ userId: anna.id, hashes: ['n1', 'n2', 'n3'], at: NOW, by });
    expect(await store.useRecoveryCode({ ...use, hash: `${anna.id}-r2` })).toBe(false);
    expect(await store.standingOf(anna.id)).toMatchObject({ recoveryCodes: 3 });
    const enable = 'second-factor.enable';
    expect(await typesOf()).toEqual([enable, enable, 'second-factor.recovery', 'second-factor.codes']);
  });

  test('passkeys come back as they were given, and a credential is one person’s', async () => {
    const { id, codes } = await addPasskey(anna, 'cred');
    expect(codes).toBe(true);
    expect(await store.passkeysOf(anna.id)).toEqual([
      {
        id,
        userId: anna.id,
        credentialId: credential('cred'),
        publicKey: new Uint8Array([1, 2, 255]),
        counter: 0,
        transports: ['usb', 'nfc'],
        name: 'key',
        createdAt: NOW,
        usedAt: null,
      },
    ]);
    await expect(addPasskey(bob, 'cred')).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.standingOf(bob.id)).toMatchObject({ passkeys: 0, recoveryCodes: 0 });
    expect(await addPasskey(anna, 'second')).toMatchObject({ codes: false });
    expect(await store.standingOf(anna.id)).toEqual({
      mode: 'auth-and-writes',
      totp: 'off',
      passkeys: 2,
      recoveryCodes: 1,
    });
  });

  test('a signature counter must grow, unless the authenticator has none', async () => {
    await addPasskey(anna, 'none');
    await addPasskey(anna, 'counts', 5);
    const use = (name: string, counter: number) =>
      store.usePasskey({ credentialId: credential(name), counter, at: NOW + 1 });
    expect(await use('none', 0)).toBe(true);
    expect(await use('none', 0)).toBe(true);
    expect(await use('counts', 5)).toBe(false);
    expect(await use('counts', 0)).toBe(false);
    expect(await use('counts', 6)).toBe(true);
    expect(await use('counts', 6)).toBe(false);
    expect(await use('unknown', 1)).toBe(false);
    expect((await store.passkeysOf(anna.id)).map(({ counter, usedAt }) => [counter, usedAt])).toEqual([
      [0, NOW + 1],
      [6, NOW + 1],
    ]);
  });

  test('nobody renames or removes the passkeys of others', async () => {
    const { id } = await addPasskey(anna, 'cred');
    const change = { userId: bob.id, id, at: NOW, by };
    expect(await store.renamePasskey({ ...change, name: 'mine' })).toBe(false);
    expect(await store.removePasskey(change)).toBe(false);
    expect(await store.renamePasskey({ ...change, userId: anna.id, name: 'phone' })).toBe(true);
    expect((await store.passkeysOf(anna.id)).map(({ name }) => name)).toEqual(['phone']);
    expect(await store.removePasskey({ ...change, userId: anna.id })).toBe(true);
    expect(await typesOf()).toEqual(['second-factor.enable', 'second-factor.rename', 'second-factor.remove']);
  });

  test('recovery codes stay while there is a factor and go with the last', async () => {
    await enrol(anna);
    const { id } = await addPasskey(anna, 'cred');
    expect(await store.removeTotp({ userId: anna.id, at: NOW, by })).toBe(true);
    expect(await store.removeTotp({ userId: anna.id, at: NOW, by })).toBe(false);
    expect(await store.standingOf(anna.id)).toMatchObject({ totp: 'off', recoveryCodes: 2 });
    await store.removePasskey({ userId: anna.id, id, at: NOW, by });
    expect(await store.standingOf(anna.id)).toMatchObject({ passkeys: 0, recoveryCodes: 0 });
  });

  test('a reset leaves nothing, and says whether there was anything', async () => {
    await enrol(anna);
    await addPasskey(anna, 'cred');
    await addPasskey(bob, 'his');
    expect(await store.removeFactors({ userId: anna.id, at: NOW, by })).toBe(true);
    expect(await store.removeFactors({ userId: anna.id, at: NOW, by })).toBe(false);
    expect(await store.standingOf(anna.id)).toEqual({
      mode: 'auth-only',
      totp: 'off',
      passkeys: 0,
      recoveryCodes: 0,
    });
    expect(await store.standingOf(bob.id)).toMatchObject({ passkeys: 1 });
  });

  test('a challenge is taken once, by its user, for its purpose, in time', async () => {
    const challenge = { hash: 'c', userId: anna.id, purpose: 'register' as const };
    const start = () => store.startChallenge({ ...challenge, at: NOW, expiresAt: NOW + 10 });
    await start();
    expect(await store.takeChallenge({ ...challenge, userId: bob.id, at: NOW })).toBe(false);
    expect(await store.takeChallenge({ ...challenge, purpose: 'authenticate', at: NOW })).toBe(false);
    expect(await store.takeChallenge({ ...challenge, at: NOW + 10 })).toBe(false);
    const takes = Array.from({ length: 4 }, () => store.takeChallenge({ ...challenge, at: NOW + 9 }));
    expect((await Promise.all(takes)).filter(Boolean)).toHaveLength(1);
  });

  test('a prompt is answered, fetched and used once each', async () => {
    const prompt: NewFactorPrompt = {
      userId: anna.id,
      purpose: 'client',
      passed: false,
      pageHash: 'page',
      doneHash: 'done',
      at: NOW,
      expiresAt: NOW + 100,
      most: 5,
    };
    await store.startPrompt(prompt);
    expect(await store.openPrompt('page', NOW)).toEqual({
      userId: anna.id,
      purpose: 'client',
      passed: false,
    });
    expect(await store.openPrompt('page', NOW + 100)).toBeUndefined();
    const redemption = { doneHash: 'done', passHash: 'pass', at: NOW, expiresAt: NOW + 50 };
    expect(await store.redeemPrompt(redemption)).toBe(false);
    expect(await store.promptState('done', NOW)).toBe('waiting');
    const pass = { pageHash: 'page', at: NOW, expiresAt: NOW + 200 };
    expect(await store.passPrompt(pass)).toBe(true);
    expect(await store.passPrompt(pass)).toBe(false);
    expect(await store.promptState('done', NOW + 150)).toBe('passed');
    const redeemed = await Promise.all([store.redeemPrompt(redemption), store.redeemPrompt(redemption)]);
    expect(redeemed.filter(Boolean)).toHaveLength(1);
    expect(await store.promptState('done', NOW)).toBeUndefined();
    const use = { userId: anna.id, passHash: 'pass', at: NOW + 49 };
    expect(await store.usePass({ ...use, userId: bob.id })).toBe(false);
    expect(await store.usePass({ ...use, at: NOW + 50 })).toBe(false);
    expect(await store.usePass(use)).toBe(true);
    expect(await store.usePass(use)).toBe(false);
  });

  test('of too many prompts the oldest go', async () => {
    for (const number of [1, 2, 3, 4]) {
      await store.startPrompt({
        userId: anna.id,
        purpose: 'page',
        passed: true,
        pageHash: `page${number}`,
        doneHash: null,
        at: NOW,
        expiresAt: NOW + 100,
        most: 2,
      });
    }
    const open = await Promise.all([1, 2, 3, 4].map((number) => store.openPrompt(`page${number}`, NOW)));
    expect(open.map((prompt) => prompt?.passed)).toEqual([undefined, undefined, true, true]);
  });
});
