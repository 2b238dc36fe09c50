import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccountStore, NewToken, NewUser, NewWebLogin, User } from '../../src/accounts/index.ts';
import { theServer } from '../../src/ledger/index.ts';

const NOW = 1_700_000_000_000;
const anna: NewUser = {
  name: 'Anna',
  email: 'anna@example.com',
  role: 'user',
  passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$AAAA$BBBB',
  at: NOW,
  by: theServer,
};
const hash = (digit: string) => digit.repeat(64);
const token = (digit: string, more: Partial<NewToken> = {}): Omit<NewToken, 'userId'> => ({
  hash: hash(digit),
  prefix: `ktr_${digit.repeat(6)}`,
  name: 'laptop',
  scopes: ['read', 'publish'],
  at: NOW,
  expiresAt: null,
  by: theServer,
  ...more,
});

/** What every keeper of accounts must do when they change. `open` gives an empty store each time. */
export function accountChangesContract(
  adapter: string,
  open: () => Promise<{ store: AccountStore; close(): Promise<void> }>,
): void {
  describe(`Changes of accounts on ${adapter}`, () => {
    let store: AccountStore;
    let user: User;
    let other: User;
    let close: () => Promise<void>;

    beforeEach(async () => {
      const opened = await open();
      store = opened.store;
      close = () => opened.close();
      user = await store.createUser(anna);
      other = await store.createUser({ ...anna, name: 'bob' });
    });
    afterEach(async () => {
      await close();
    });

    const list = (limit = 10, offset = 0) =>
      store.tokensOf({ userId: user.id, now: NOW + 1000, limit, offset });
    const change = (oldHash: string, newHash: string) =>
      store.changePassword({ userId: user.id, oldHash, newHash, at: NOW + 9, by: theServer });
    const start = (name: string, more: Partial<NewWebLogin> = {}) =>
      store.startWebLogin({
        pageHash: `page ${name}`,
        doneHash: `done ${name}`,
        create: false,
        client: 'npm/11 «x»',
        at: NOW,
        expiresAt: NOW + 100,
        most: 10,
        ...more,
      });
    const approve = (name: string, userId = user.id, at = NOW + 1) =>
      store.approveWebLogin({ pageHash: `page ${name}`, userId, at, via: 'password' });
    const redeem = (name: string, digit: string, at = NOW + 2) =>
      store.redeemWebLogin({ doneHash: `done ${name}`, token: token(digit, { at }), address: null });

    describe('tokens', () => {
      test('are listed for their user, oldest first, as they were made', async () => {
        const made = token('a', { scopes: ['read'], expiresAt: NOW + 2000, description: 'Builds «x»' });
        await store.createToken({ ...made, userId: user.id });
        await store.createToken({ ...token('b', { at: NOW + 5 }), userId: user.id });
        await store.createToken({ ...token('c'), userId: other.id });
        expect(await list()).toEqual({
          total: 2,
          tokens: [
            {
              hash: hash('a'),
              prefix: 'ktr_aaaaaa',
              name: 'laptop',
              description: 'Builds «x»',
              scopes: ['read'],
              limits: null,
              bypassSecondFactor: false,
              createdAt: NOW,
              expiresAt: NOW + 2000,
              lastUsedAt: null,
            },
            expect.objectContaining({ hash: hash('b'), description: null, createdAt: NOW + 5 }),
          ],
        });
      });

      test('are listed in pages that leave none out', async () => {
        for (const digit of '12345') await store.createToken({ ...token(digit), userId: user.id });
        const pages = await Promise.all([list(2, 0), list(2, 2), list(2, 4), list(2, 6)]);
        expect(pages.map(({ total }) => total)).toEqual([5, 5, 5, 5]);
        expect(pages.map(({ tokens }) => tokens.map((row) => row.hash.charAt(0)).join(''))).toEqual([
          '12',
          '34',
          '5',
          '',
        ]);
      });

      test('that have expired or are revoked are not listed', async () => {
        await store.createToken({ ...token('a', { expiresAt: NOW + 1000 }), userId: user.id });
        await store.createToken({ ...token('b'), userId: user.id });
        await store.revokeToken({ hash: hash('b'), userId: user.id, at: NOW, by: theServer });
        expect(await list()).toEqual({ tokens: [], total: 0 });
      });

      test('are revoked once, and stay known', async () => {
        await store.createToken({ ...token('a'), userId: user.id });
        const revoke = () =>
          store.revokeToken({ hash: hash('a'), userId: user.id, at: NOW + 7, by: theServer });
        const outcomes = await Promise.all([revoke(), revoke(), revoke()]);
        expect(outcomes.filter(Boolean)).toHaveLength(1);
        expect(await revoke()).toBe(false);
        expect(await store.tokenByHash(hash('a'))).toMatchObject({ revokedAt: NOW + 7 });
      });

      test('of somebody else are not revoked in the name of a user, but by hash alone they are', async () => {
        await store.createToken({ ...token('a'), userId: other.id });
        expect(await store.revokeToken({ hash: hash('a'), userId: user.id, at: NOW, by: theServer })).toBe(
          false,
        );
        expect(await store.tokenByHash(hash('a'))).toMatchObject({ revokedAt: null });
        expect(await store.revokeToken({ hash: hash('a'), userId: null, at: NOW, by: theServer })).toBe(true);
        expect(await store.revokeToken({ hash: hash('f'), userId: null, at: NOW, by: theServer })).toBe(
          false,
        );
      });
    });

    describe('passwords', () => {
      test('are replaced for one user, and the profile says when', async () => {
        expect(await change(anna.passwordHash, 'new')).toBe(true);
        expect(await store.userByName('anna')).toMatchObject({ passwordHash: 'new' });
        expect(await store.userByName('bob')).toMatchObject({ passwordHash: anna.passwordHash });
        expect(await store.profileOf(user.id)).toMatchObject({ updatedAt: NOW + 9 });
      });

      test('are not replaced by somebody who has seen another one', async () => {
        expect(await change('other', 'new')).toBe(false);
        const outcomes = await Promise.all([
          change(anna.passwordHash, 'first'),
          change(anna.passwordHash, 'second'),
        ]);
        expect(outcomes.filter(Boolean)).toHaveLength(1);
      });
    });

    describe('profiles', () => {
      const empty = { fullname: null, homepage: null, freenode: null, twitter: null, github: null };

      test('are empty at first', async () => {
        expect(await store.profileOf(user.id)).toEqual({
          ...user,
          emailVerified: false,
          updatedAt: NOW,
          fields: empty,
        });
        expect(await store.profileOf(4_711)).toBeUndefined();
      });

      test('keep what an update does not name', async () => {
        const update = (fields: object) =>
          store.updateProfile({ userId: user.id, fields, at: NOW + 1, by: theServer });
        await update({ fullname: `Anna "Ö" D'Arc \\`, github: 'anna' });
        expect(await update({ github: null, twitter: 'a' })).toEqual({
          ...user,
          emailVerified: false,
          updatedAt: NOW + 1,
          fields: { ...empty, fullname: `Anna "Ö" D'Arc \\`, twitter: 'a' },
        });
        expect(await store.profileOf(other.id)).toMatchObject({ updatedAt: NOW, fields: empty });
      });

      test('take an e-mail address and give it up', async () => {
        const update = (email: string | null) =>
          store.updateProfile({ userId: user.id, email, fields: {}, at: NOW + 1, by: theServer });
        expect(await update('new@example.com')).toMatchObject({ email: 'new@example.com' });
        await update(null);
        expect(await store.userById(user.id)).toMatchObject({ email: null });
      });

      test('lose no update of several at once', async () => {
        await Promise.all(
          (['fullname', 'homepage', 'freenode', 'twitter', 'github'] as const).map((field) =>
            store.updateProfile({ userId: user.id, fields: { [field]: field }, at: NOW + 1, by: theServer }),
          ),
        );
        const { fields } = (await store.profileOf(user.id)) ?? {};
        expect(Object.entries(fields ?? {}).filter(([field, text]) => field !== text)).toEqual([]);
      });

      test('of nobody are refused', async () => {
        const update = store.updateProfile({
          userId: 4_711,
          fields: { github: 'x' },
          at: NOW,
          by: theServer,
        });
        await expect(update).rejects.toMatchObject({ code: 'not_found' });
      });
    });

    describe('web logins', () => {
      test('wait until a user approves, and then become one token of this user', async () => {
        await start('a', { create: true });
        await start('b');
        expect(await store.openWebLogin('page a', NOW)).toEqual({ create: true, client: 'npm/11 «x»' });
        expect(await store.openWebLogin('page b', NOW)).toMatchObject({ create: false });
        expect(await store.webLoginState('done a', NOW)).toBe('waiting');
        expect(await redeem('a', '0')).toBe(false);

        expect(await approve('a')).toBe(true);
        expect(await store.openWebLogin('page a', NOW)).toBeUndefined();
        expect(await store.webLoginState('done a', NOW)).toBe('approved');
        expect(await store.webLoginState('done b', NOW)).toBe('waiting');

        expect(await redeem('a', '0')).toBe(true);
        expect(await store.tokenByHash(hash('0'))).toMatchObject({ user, scopes: ['read', 'publish'] });
        expect(await store.webLoginState('done a', NOW)).toBeUndefined();
      });

      test('become one token, however many ask at once', async () => {
        await start('a');
        await approve('a');
        const outcomes = await Promise.all(Array.from('0123456789', (digit) => redeem('a', digit)));
        expect(outcomes.filter(Boolean)).toHaveLength(1);
        expect(await store.tokensOf({ userId: user.id, now: NOW, limit: 10, offset: 0 })).toMatchObject({
          total: 1,
        });
      });

      test('belong to the first who approves', async () => {
        await start('a');
        const outcomes = await Promise.all([approve('a', user.id), approve('a', other.id)]);
        expect(outcomes.filter(Boolean)).toHaveLength(1);
        expect(await approve('a', other.id)).toBe(false);
      });

      test('are gone when they have expired, approved or not', async () => {
        await start('a');
        await start('b');
        await approve('b');
        expect(await store.openWebLogin('page a', NOW + 100)).toBeUndefined();
        expect(await store.webLoginState('done a', NOW + 100)).toBeUndefined();
        expect(await approve('a', user.id, NOW + 100)).toBe(false);
        expect(await store.webLoginState('done b', NOW + 100)).toBeUndefined();
        expect(await redeem('b', '0', NOW + 100)).toBe(false);
      });

      test('are not known by the other secret, or by none', async () => {
        await start('a');
        for (const key of ['done a', 'page', 'page %', '']) {
          expect(await store.openWebLogin(key, NOW)).toBeUndefined();
          expect(
            await store.approveWebLogin({ pageHash: key, userId: user.id, at: NOW, via: 'password' }),
          ).toBe(false);
        }
        expect(await store.webLoginState('page a', NOW)).toBeUndefined();
      });

      test('are refused when too many are under way, until some have expired', async () => {
        await start('a', { most: 2 });
        await start('b', { most: 2 });
        await expect(start('c', { most: 2 })).rejects.toMatchObject({ code: 'unavailable' });
        await start('d', { most: 2, at: NOW + 100, expiresAt: NOW + 200 });
        expect(await store.webLoginState('done d', NOW + 100)).toBe('waiting');
      });
    });
  });
}
