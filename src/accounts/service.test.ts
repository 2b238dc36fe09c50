import { beforeEach, describe, expect, test } from 'vitest';
import { memoryAccountStore, type MemoryAccountStore } from '../../test/contracts/memory-account-store.ts';
import { isFault } from '../kernel/index.ts';
import { theServer } from '../ledger/index.ts';
import { createAccounts, type Accounts, type User } from './index.ts';
import { hashToken, newToken } from './tokens/secret.ts';

const NOW = 1_700_000_000_000;
let store: MemoryAccountStore;
let now: number;
let accounts: Accounts;

beforeEach(() => {
  store = memoryAccountStore();
  now = NOW;
  accounts = createAccounts(store, () => now);
});

const register = () =>
  accounts.register({ name: 'Anna', password: 'Xk3$vb!e', email: 'anna@example.com' }, theServer);

const administrator = (name: string) =>
  accounts.register({ name, password: 'Xk3$vb!e', role: 'administrator' }, theServer);

const issue = (user: User, expiresAt: number | null = null) =>
  accounts.issueToken(user, { name: 'laptop', scopes: ['read', 'publish'], expiresAt }, theServer);

const refusal = async (promise: Promise<unknown>): Promise<{ code: unknown; message: unknown }> => {
  try {
    await promise;
  } catch (error) {
    if (isFault(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('was not refused');
};

describe('register', () => {
  test('makes a plain user who can log in, in any case of the name', async () => {
    const user = await register();
    expect(user).toEqual({
      id: 1,
      name: 'Anna',
      email: 'anna@example.com',
      role: 'user',
      createdAt: NOW,
      disabledAt: null,
    });
    expect(await accounts.login('aNNa', 'Xk3$vb!e', null)).toEqual(user);
  });

  test('stores a hash and not the password', async () => {
    await register();
    expect(JSON.stringify(store.users)).not.toContain('Xk3$vb!e');
  });

  test.each([
    ['user_name_invalid', { name: '../etc', password: 'Xk3$vb!e' }],
    ['email_invalid', { name: 'bob', password: 'Xk3$vb!e', email: 'nowhere' }],
    ['password_weak', { name: 'bob', password: 'short' }],
    ['password_weak', { name: 'changeme-please', password: 'changeme' }],
    ['user_exists', { name: 'ANNA', password: 'Xk3$vb!e' }],
  ])('refuses with %s and makes nobody', async (code, account) => {
    await register();
    expect(await refusal(accounts.register(account, theServer))).toMatchObject({ code });
    expect(store.users).toHaveLength(1);
  });

  test('an empty e-mail address is none', async () => {
    expect(
      await accounts.register({ name: 'bob', password: 'Xk3$vb!e', email: '' }, theServer),
    ).toMatchObject({
      email: null,
    });
  });
});

describe('login', () => {
  test('refuses a wrong password, an unknown or impossible name and a disabled user in the same words', async () => {
    await register();
    const wrong = await refusal(accounts.login('Anna', 'Xk3$vb!f', null));
    expect(wrong.code).toBe('password_wrong');
    expect(await refusal(accounts.login('bob', 'Xk3$vb!e', null))).toEqual(wrong);
    expect(await refusal(accounts.login('x\u0000', 'Xk3$vb!e', null))).toEqual(wrong);
    expect(await refusal(accounts.login('n'.repeat(10_000), '', null))).toEqual(wrong);
    for (const user of store.users) user.disabledAt = NOW;
    expect(await refusal(accounts.login('Anna', 'Xk3$vb!e', null))).toEqual(wrong);
  });

  test('does not ask the store for a name that nobody can have', async () => {
    await refusal(accounts.login("x' OR 1=1", 'Xk3$vb!e', null));
    expect(store.queries).toBe(0);
  });

  test('hands the password hash to nobody', async () => {
    await register();
    expect(await accounts.login('anna', 'Xk3$vb!e', null)).not.toHaveProperty('passwordHash');
  });
});

describe('a pair that was verified', () => {
  test('opens nothing any more once the user is disabled or the password another one', async () => {
    const user = await register();
    await accounts.login('Anna', 'Xk3$vb!e', null);
    const password = { old: 'Xk3$vb!e', new: 'Another1!' };
    await accounts.changeProfile(user, { fields: {}, password }, theServer);
    await expect(accounts.login('Anna', 'Xk3$vb!e', null)).rejects.toMatchObject({ code: 'password_wrong' });
    await accounts.login('Anna', 'Another1!', null);
    for (const row of store.users) row.disabledAt = NOW;
    await expect(accounts.login('Anna', 'Another1!', null)).rejects.toMatchObject({ code: 'password_wrong' });
  });
});

describe('a name with a secret', () => {
  test('may be the password: then it may all that the user may', async () => {
    const user = await register();
    expect(await accounts.authenticatePair('ANNA', 'Xk3$vb!e', null)).toMatchObject({
      user,
      scopes: ['read', 'publish', 'yank'],
      tokenId: null,
    });
  });

  test('may be a token of that user: then what the token may', async () => {
    const user = await register();
    const request = { name: 'ci', scopes: ['read' as const], expiresAt: null };
    const { id, token } = await accounts.issueToken(user, request, theServer);
    expect(await accounts.authenticatePair('anna', token, null)).toMatchObject({
      user,
      scopes: ['read'],
      tokenId: id,
    });
  });

  test('may not be the token of somebody else', async () => {
    const { token } = await issue(await register());
    await accounts.register({ name: 'bob', password: 'Xk3$vb!e' }, theServer);
    await expect(accounts.authenticatePair('bob', token, null)).rejects.toMatchObject({
      code: 'token_invalid',
    });
  });
});

describe('the user whom an operator means', () => {
  test('is the only administrator if no name is given', async () => {
    await register();
    const chef = await administrator('chef');
    expect(await accounts.operatorsChoice(undefined)).toEqual(chef);
  });

  test('must be named if there are several, or none', async () => {
    await register();
    await expect(accounts.operatorsChoice(undefined)).rejects.toMatchObject({ code: 'not_found' });
    await administrator('chef');
    await administrator('boss');
    await expect(accounts.operatorsChoice(undefined)).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('chef, boss'),
    });
  });

  test('is found by name in any case, if there is such a user who is not disabled', async () => {
    const anna = await register();
    expect(await accounts.operatorsChoice('ANNA')).toEqual(anna);
    for (const name of ['bob', '', '\u0000']) {
      await expect(accounts.operatorsChoice(name)).rejects.toMatchObject({ code: 'not_found' });
    }
    for (const user of store.users) user.disabledAt = NOW;
    await expect(accounts.operatorsChoice('anna')).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('a user is found by name in any case, unless there is none or they are disabled', async () => {
  const anna = await register();
  expect(await accounts.find('ANNA')).toEqual(anna);
  for (const name of ['bob', '', '\u0000']) expect(await accounts.find(name)).toBeUndefined();
  for (const user of store.users) user.disabledAt = NOW;
  expect(await accounts.find('anna')).toBeUndefined();
});

describe('tokens', () => {
  test('a token that was issued names its user and scopes', async () => {
    const user = await register();
    const { id, token } = await issue(user);
    expect(await accounts.authenticate(token, '192.0.2.1')).toEqual({
      kind: 'user',
      limits: null,
      expiresAt: null,
      bypassSecondFactor: false,
      user,
      scopes: ['read', 'publish'],
      tokenId: id,
      via: `token:${id}`,
      address: '192.0.2.1',
    });
  });

  test('the store sees a hash only', async () => {
    const { token } = await issue(await register());
    expect([...store.tokens.keys()]).toEqual([hashToken(token)]);
    expect(JSON.stringify([...store.tokens.values()])).not.toContain(token);
  });

  test('a token ends at its expiry', async () => {
    const { token } = await issue(await register(), NOW + 1000);
    now = NOW + 999;
    await expect(accounts.authenticate(token, null)).resolves.toMatchObject({ kind: 'user' });
    now = NOW + 1000;
    await expect(accounts.authenticate(token, null)).rejects.toMatchObject({ code: 'token_expired' });
  });

  test('that a token has expired is said of one only that is nothing else', async () => {
    const { token } = await issue(await register(), NOW + 1000);
    now = NOW + 1000;
    for (const user of store.users) user.disabledAt = NOW;
    await expect(accounts.authenticate(token, null)).rejects.toMatchObject({ code: 'token_invalid' });
  });

  test('garbage, unknown and revoked tokens and those of disabled users are refused in the same words', async () => {
    const { token } = await issue(await register());
    const unknown = await refusal(accounts.authenticate(newToken(), null));
    expect(unknown.code).toBe('token_invalid');
    for (const garbage of ['', 'garbage', `${token}x`, 'ktr_\u0000', 'x'.repeat(100_000)]) {
      expect(await refusal(accounts.authenticate(garbage, null))).toEqual(unknown);
    }
    const [row] = [...store.tokens.values()];
    if (!row) throw new Error('no token was stored');
    row.revokedAt = NOW;
    expect(await refusal(accounts.authenticate(token, null))).toEqual(unknown);
    row.revokedAt = null;
    for (const user of store.users) user.disabledAt = NOW;
    expect(await refusal(accounts.authenticate(token, null))).toEqual(unknown);
  });

  test('garbage costs no query', async () => {
    await refusal(accounts.authenticate(`${newToken()}x`, null));
    expect(store.queries).toBe(0);
  });

  test.each([
    ['an empty name', { name: '', scopes: ['read' as const], expiresAt: null }],
    ['a name with a control character', { name: 'a\u0000b', scopes: ['read' as const], expiresAt: null }],
    ['a name that is too long', { name: 'n'.repeat(101), scopes: ['read' as const], expiresAt: null }],
    ['no scope', { name: 'ci', scopes: [], expiresAt: null }],
    ['an expiry in the past', { name: 'ci', scopes: ['read' as const], expiresAt: NOW }],
  ])('%s is refused', async (_what, request) => {
    const user = await register();
    await expect(accounts.issueToken(user, request, theServer)).rejects.toMatchObject({
      code: 'bad_request',
    });
    expect(store.tokens.size).toBe(0);
  });
});
