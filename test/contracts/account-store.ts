import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccountStore, NewToken, NewUser } from '../../src/accounts/index.ts';
import { isFault } from '../../src/kernel/index.ts';
import { theServer } from '../../src/ledger/index.ts';

const anna: NewUser = {
  name: 'Anna',
  email: 'anna@example.com',
  role: 'user',
  passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$AAAA$BBBB',
  at: 1_700_000_000_123,
  by: theServer,
};
const token = (user: { id: number }, hash: string, more: Partial<NewToken> = {}): NewToken => ({
  userId: user.id,
  hash: hash.repeat(64),
  prefix: 'ktr_Abc123',
  name: 'laptop',
  scopes: ['read', 'publish'],
  at: 1_700_000_000_456,
  expiresAt: null,
  by: theServer,
  ...more,
});

/** What every keeper of users and tokens must do. `open` gives an empty store each time. */
export function accountStoreContract(
  adapter: string,
  open: () => Promise<{ store: AccountStore; close(): Promise<void> }>,
): void {
  describe(`AccountStore on ${adapter}`, () => {
    let store: AccountStore;
    let close: () => Promise<void>;

    beforeEach(async () => {
      const opened = await open();
      store = opened.store;
      close = () => opened.close();
    });
    afterEach(async () => {
      await close();
    });

    test('a created user comes back as it was given, without its password', async () => {
      const created = await store.createUser(anna);
      expect(created).toEqual({
        id: expect.any(Number),
        name: 'Anna',
        email: 'anna@example.com',
        role: 'user',
        createdAt: 1_700_000_000_123,
        disabledAt: null,
      });
      expect(await store.userById(created.id)).toEqual(created);
    });

    test('a user without an e-mail address keeps none, and a role is kept', async () => {
      const created = await store.createUser({ ...anna, email: null, role: 'administrator' });
      expect(await store.userById(created.id)).toMatchObject({ email: null, role: 'administrator' });
    });

    test('a user is found by name in any case, with the password hash', async () => {
      const created = await store.createUser(anna);
      for (const name of ['Anna', 'anna', 'ANNA']) {
        expect(await store.userByName(name)).toEqual({ ...created, passwordHash: anna.passwordHash });
      }
    });

    test('nobody is found by an unknown name or id, nor by a pattern', async () => {
      await store.createUser(anna);
      for (const name of ['', 'bob', 'ann', 'an_a', 'an%', "anna' OR '1'='1"]) {
        expect(await store.userByName(name)).toBeUndefined();
      }
      expect(await store.userById(0)).toBeUndefined();
      expect(await store.userById(4_711)).toBeUndefined();
    });

    test('a name that is taken in another case is refused and changes nothing', async () => {
      const created = await store.createUser(anna);
      await expect(
        store.createUser({ ...anna, name: 'anna', email: null, role: 'administrator' }),
      ).rejects.toMatchObject({ code: 'user_exists' });
      expect(await store.countUsers()).toBe(1);
      expect(await store.userById(created.id)).toEqual(created);
    });

    test('of many who take one name at once exactly one gets it', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, (_, i) => store.createUser({ ...anna, name: i % 2 ? 'anna' : 'ANNA' })),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refusals.map(({ reason }) => isFault(reason, 'user_exists'))).toEqual(
        Array.from({ length: 11 }, () => true),
      );
      expect(await store.countUsers()).toBe(1);
    });

    test('two users may share an e-mail address', async () => {
      await store.createUser(anna);
      await expect(store.createUser({ ...anna, name: 'robot' })).resolves.toMatchObject({ name: 'robot' });
    });

    test('users are counted', async () => {
      expect(await store.countUsers()).toBe(0);
      await store.createUser(anna);
      await store.createUser({ ...anna, name: 'bob' });
      expect(await store.countUsers()).toBe(2);
    });

    test('administrators are listed in the order they were made, without their passwords', async () => {
      expect(await store.administrators()).toEqual([]);
      const first = await store.createUser({ ...anna, name: 'zoe', role: 'administrator' });
      await store.createUser(anna);
      const second = await store.createUser({ ...anna, name: 'bob', role: 'administrator' });
      expect(await store.administrators()).toEqual([first, second]);
    });

    test('a token is found by its hash with its user', async () => {
      await store.createUser({ ...anna, name: 'bob' });
      const user = await store.createUser(anna);
      const tokenId = await store.createToken(token(user, 'a', { expiresAt: 1_800_000_000_789 }));
      expect(await store.tokenByHash('a'.repeat(64))).toEqual({
        tokenId,
        scopes: ['read', 'publish'],
        limits: null,
        bypassSecondFactor: false,
        expiresAt: 1_800_000_000_789,
        revokedAt: null,
        user,
      });
    });

    test('tokens of one user keep their own scopes and expiry', async () => {
      const user = await store.createUser(anna);
      const first = await store.createToken(token(user, 'a', { scopes: ['read'], expiresAt: 5 }));
      const second = await store.createToken(token(user, 'b'));
      expect(first).not.toBe(second);
      expect(await store.tokenByHash('a'.repeat(64))).toMatchObject({ scopes: ['read'], expiresAt: 5 });
      expect(await store.tokenByHash('b'.repeat(64))).toMatchObject({
        scopes: ['read', 'publish'],
        expiresAt: null,
      });
    });

    test("an expired token is still found: judging is the caller's", async () => {
      const user = await store.createUser(anna);
      await store.createToken(token(user, 'c', { at: 1, expiresAt: 2 }));
      expect(await store.tokenByHash('c'.repeat(64))).toMatchObject({ expiresAt: 2 });
    });

    test('an unknown hash finds nothing', async () => {
      const user = await store.createUser(anna);
      await store.createToken(token(user, 'd'));
      for (const hash of ['e'.repeat(64), 'D'.repeat(64), 'd'.repeat(63), '']) {
        expect(await store.tokenByHash(hash)).toBeUndefined();
      }
    });

    test('a token of a user who does not exist is refused', async () => {
      await expect(store.createToken(token({ id: 4_711 }, 'f'))).rejects.toBeInstanceOf(Error);
      expect(await store.tokenByHash('f'.repeat(64))).toBeUndefined();
    });

    test('quotes and wildcards are kept as text', async () => {
      const user = await store.createUser({ ...anna, name: 'o.b-r_1', email: "o'b%_@example.com" });
      await store.createToken(token(user, '0', { name: `"; DROP TABLE users; --  ünï` }));
      expect(await store.tokenByHash('0'.repeat(64))).toMatchObject({ user: { email: "o'b%_@example.com" } });
    });
  });
}
