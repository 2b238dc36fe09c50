import { beforeEach, expect, test } from 'vitest';
import { memoryAccountStore, type MemoryAccountStore } from '../../test/contracts/memory-account-store.ts';
import { theServer } from '../ledger/index.ts';
import {
  assertMayChangeAccount,
  createAccounts,
  signedInWithPassword,
  type Accounts,
  type User,
} from './index.ts';
import { newToken } from './tokens/secret.ts';

const NOW = 1_700_000_000_000;
let store: MemoryAccountStore;
let accounts: Accounts;
let anna: User;
let bob: User;

beforeEach(async () => {
  store = memoryAccountStore();
  accounts = createAccounts(store, () => NOW);
  anna = await accounts.register({ name: 'Anna', password: 'Xk3$vb!e' }, theServer);
  bob = await accounts.register({ name: 'bob', password: 'Xk3$vb!e' }, theServer);
});

const issue = (user: User, description?: string) =>
  accounts.issueToken(
    user,
    {
      name: 'ci',
      scopes: ['read', 'publish'],
      expiresAt: null,
      ...(description !== undefined && { description }),
    },
    theServer,
  );
const all = { limit: 100, offset: 0 };

test('a token is listed with what tells it apart, and without itself', async () => {
  const { token, row } = await issue(anna, 'builds the house');
  const { hash } = row;
  const { tokens, total } = await accounts.tokensOf(anna, all);
  expect(total).toBe(1);
  expect(tokens).toMatchObject([{ hash, name: 'ci', description: 'builds the house', createdAt: NOW }]);
  expect(token.startsWith(tokens[0]?.prefix ?? '-')).toBe(true);
  expect(JSON.stringify(tokens)).not.toContain(token);
});

test('a token is revoked by its hash or by itself, and is not valid any more', async () => {
  const [byHash, byItself] = [await issue(anna), await issue(anna)];
  await accounts.revokeToken(anna, byHash.row.hash, theServer);
  await accounts.revokeToken(anna, byItself.token, theServer);
  for (const { token } of [byHash, byItself])
    await expect(accounts.authenticate(token, null)).rejects.toMatchObject({ code: 'token_invalid' });
  expect(await accounts.tokensOf(anna, all)).toEqual({ tokens: [], total: 0 });
});

test("somebody else's token cannot be revoked, and is not told from one that is not there", async () => {
  const { token, row } = await issue(bob);
  const { hash } = row;
  for (const name of [hash, token, newToken(), hash.toUpperCase(), `${hash.slice(0, 63)}%`, '']) {
    await expect(accounts.revokeToken(anna, name, theServer)).rejects.toMatchObject({
      code: 'not_found',
      message: 'You have no such token (any more).',
    });
  }
  await expect(accounts.authenticate(token, null)).resolves.toMatchObject({ user: bob });
});

test('a logout ends the token, as often as it is asked for', async () => {
  const { token } = await issue(anna);
  await accounts.logout(token, null);
  await accounts.logout(token, null);
  await accounts.logout('garbage', null);
  await expect(accounts.authenticate(token, null)).rejects.toMatchObject({ code: 'token_invalid' });
});

test.each(['', 'x'.repeat(501), 'a\nb'])('the description «%s» is refused', async (description) => {
  await expect(issue(anna, description)).rejects.toMatchObject({ code: 'bad_request' });
  expect(store.tokens.size).toBe(0);
});

test('a token that may only read changes no account', () => {
  const holder = signedInWithPassword(anna, null);
  expect(() => assertMayChangeAccount({ ...holder, scopes: ['read'] })).toThrow('may only read');
  expect(() => assertMayChangeAccount({ ...holder, scopes: ['read', 'publish'] })).not.toThrow();
  for (const limits of [{ packages: ['demo'] }, { registries: ['npm'] }, { organisations: ['acme'] }]) {
    expect(() => assertMayChangeAccount({ ...holder, limits })).toThrow('some packages only');
  }
  expect(() => assertMayChangeAccount({ ...holder, limits: { addresses: ['::/0'] } })).not.toThrow();
});
