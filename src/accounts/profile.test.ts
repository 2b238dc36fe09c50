import { beforeEach, describe, expect, test } from 'vitest';
import { memoryAccountStore, type MemoryAccountStore } from '../../test/contracts/memory-account-store.ts';
import { theServer } from '../ledger/index.ts';
import { createAccounts, type Accounts, type User } from './index.ts';

const NOW = 1_700_000_000_000;
let store: MemoryAccountStore;
let accounts: Accounts;
let anna: User;

beforeEach(async () => {
  store = memoryAccountStore();
  accounts = createAccounts(store, () => NOW);
  anna = await accounts.register(
    { name: 'Anna', password: 'Xk3$vb!e', email: 'anna@example.com' },
    theServer,
  );
});

const changePassword = (old: string, next: string) =>
  accounts.changeProfile(anna, { fields: {}, password: { old, new: next } }, theServer);

describe('a password', () => {
  test('is changed by who knows it; tokens stay', async () => {
    const { token } = await accounts.issueToken(
      anna,
      { name: 'ci', scopes: ['read'], expiresAt: null },
      theServer,
    );
    await changePassword('Xk3$vb!e', 'a new pass phrase');
    await expect(accounts.login('anna', 'a new pass phrase', null)).resolves.toEqual(anna);
    await expect(accounts.login('anna', 'Xk3$vb!e', null)).rejects.toMatchObject({ code: 'password_wrong' });
    await expect(accounts.authenticate(token, null)).resolves.toMatchObject({ user: anna });
  });

  test.each([
    ['password_wrong', 'Xk3$vb!f', 'a new pass phrase'],
    ['password_wrong', '', 'a new pass phrase'],
    ['password_weak', 'Xk3$vb!e', 'short'],
    ['password_weak', 'Xk3$vb!e', 'password123'],
  ])('is not changed, with %s, from «%s» to «%s»', async (code, old, next) => {
    await expect(changePassword(old, next)).rejects.toMatchObject({ code });
    await expect(accounts.login('anna', 'Xk3$vb!e', null)).resolves.toEqual(anna);
  });

  test('that another request has changed meanwhile is not changed back', async () => {
    const outcomes = await Promise.allSettled([
      changePassword('Xk3$vb!e', 'the first new one'),
      changePassword('Xk3$vb!e', 'the second new one'),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a profile', () => {
  test('takes texts and gives them up', async () => {
    const change = { fullname: 'Anna Ö.', homepage: 'https://example.com/~anna', github: null };
    await accounts.changeProfile(anna, { email: 'a@example.com', fields: change }, theServer);
    expect(await accounts.profile(anna)).toMatchObject({ email: 'a@example.com', fields: change });
    await accounts.changeProfile(anna, { email: null, fields: { fullname: null } }, theServer);
    expect(await accounts.profile(anna)).toMatchObject({
      email: null,
      fields: { fullname: null, homepage: 'https://example.com/~anna' },
    });
  });

  test.each([
    ['email_invalid', { email: 'nowhere', fields: {} }],
    ['bad_request', { fields: { github: '' } }],
    ['bad_request', { fields: { twitter: 'x'.repeat(201) } }],
    ['bad_request', { fields: { fullname: 'a\u0000b' } }],
    ['bad_request', { fields: { homepage: 'javascript:alert(1)' } }],
  ])('refuses with %s and changes nothing, the password neither', async (code, change) => {
    const password = { old: 'Xk3$vb!e', new: 'a new pass phrase' };
    await expect(accounts.changeProfile(anna, { ...change, password }, theServer)).rejects.toMatchObject({
      code,
    });
    await expect(accounts.login('anna', 'Xk3$vb!e', null)).resolves.toEqual(anna);
    expect(await accounts.profile(anna)).toMatchObject({ email: 'anna@example.com', updatedAt: NOW });
  });

  test('keeps its texts when the password in the same change is wrong', async () => {
    const password = { old: 'wrong', new: 'a new pass phrase' };
    const change = accounts.changeProfile(anna, { fields: { github: 'anna' }, password }, theServer);
    await expect(change).rejects.toMatchObject({ code: 'password_wrong' });
    expect(await accounts.profile(anna)).toMatchObject({ fields: { github: null } });
  });
});
