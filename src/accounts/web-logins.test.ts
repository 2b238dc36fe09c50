import { beforeEach, expect, test } from 'vitest';
import { memoryAccountStore, type MemoryAccountStore } from '../../test/contracts/memory-account-store.ts';
import { theServer } from '../ledger/index.ts';
import { createAccounts, type Accounts, type User } from './index.ts';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const asked = { name: 'npm login', scopes: ['read' as const, 'publish' as const] };
let store: MemoryAccountStore;
let now: number;
let accounts: Accounts;
let anna: User;

beforeEach(async () => {
  store = memoryAccountStore();
  now = NOW;
  accounts = createAccounts(store, () => now);
  anna = await accounts.register({ name: 'Anna', password: 'Xk3$vb!e' }, theServer);
});

const start = (client = 'npm/11') => accounts.startWebLogin({ create: false, client });

test('a login that its user approved gives one token, once', async () => {
  const { page, done } = await start();
  expect(await accounts.openWebLogin(page)).toEqual({ create: false, client: 'npm/11' });
  expect(await accounts.redeemWebLogin(done, asked, null)).toEqual({ state: 'waiting' });
  expect(await accounts.approveWebLogin(page, anna, theServer)).toBe(true);
  expect(await accounts.openWebLogin(page)).toBeUndefined();
  const redeemed = await accounts.redeemWebLogin(done, asked, null);
  if (redeemed.state !== 'done') throw new Error('is still waiting');
  expect(await accounts.authenticate(redeemed.token, null)).toMatchObject({
    user: anna,
    scopes: asked.scopes,
  });
  await expect(accounts.redeemWebLogin(done, asked, null)).rejects.toMatchObject({ code: 'not_found' });
});

test('the page opens nothing at the other address, nor the other way round', async () => {
  const { page, done } = await start();
  await accounts.approveWebLogin(page, anna, theServer);
  await expect(accounts.redeemWebLogin(page, asked, null)).rejects.toMatchObject({ code: 'not_found' });
  expect(await accounts.openWebLogin(done)).toBeUndefined();
  expect(await accounts.approveWebLogin(done, anna, theServer)).toBe(false);
});

test('the secrets are long, differ, and reach no store', async () => {
  const stored: unknown[] = [];
  const { startWebLogin } = store;
  store.startWebLogin = (login) => {
    stored.push(login);
    return startWebLogin(login);
  };
  const logins = await Promise.all([start(), start()]);
  const secrets = logins.flatMap(({ page, done }) => [page, done]);
  expect(new Set(secrets).size).toBe(4);
  for (const secret of secrets) {
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(stored)).not.toContain(secret);
  }
});

test('garbage is no login and costs no query', async () => {
  const before = store.queries;
  for (const garbage of ['', 'x', 'x'.repeat(44), `${'x'.repeat(42)}%`, `${'x'.repeat(42)}\u0000`]) {
    expect(await accounts.openWebLogin(garbage)).toBeUndefined();
    await expect(accounts.redeemWebLogin(garbage, asked, null)).rejects.toMatchObject({ code: 'not_found' });
  }
  expect(store.queries).toBe(before);
});

test('a login ends after ten minutes', async () => {
  const { page, done } = await start();
  now = NOW + 10 * MINUTE - 1;
  expect(await accounts.redeemWebLogin(done, asked, null)).toEqual({ state: 'waiting' });
  now = NOW + 10 * MINUTE;
  expect(await accounts.approveWebLogin(page, anna, theServer)).toBe(false);
  await expect(accounts.redeemWebLogin(done, asked, null)).rejects.toMatchObject({ code: 'not_found' });
});

test('what a client says of itself is cut and cleaned', async () => {
  const { page } = await start(`npm\r\n\u202E${'x'.repeat(1000)}`);
  expect(await accounts.openWebLogin(page)).toEqual({ create: false, client: `npm${'x'.repeat(197)}` });
});
