import { beforeEach, describe, expect, test } from 'vitest';
import { memoryAccountStore, type MemoryAccountStore } from '../../../test/contracts/memory-account-store.ts';
import { theServer } from '../../ledger/index.ts';
import {
  createAccounts,
  signedInWithPassword,
  type Accounts,
  type TokenRequest,
  type User,
} from '../index.ts';

const DAY = 86_400_000;
let now: number;
let store: MemoryAccountStore;
let accounts: Accounts;
let anna: User;
let boss: User;

beforeEach(async () => {
  now = 1_700_000_000_000;
  store = memoryAccountStore();
  accounts = createAccounts(store, () => now);
  anna = await accounts.register({ name: 'anna', password: 'Xk3$vb!e' }, theServer);
  boss = await accounts.register({ name: 'chief', password: 'Xk3$vb!e', role: 'administrator' }, theServer);
});

const wish = (more: Partial<TokenRequest> = {}): TokenRequest => ({
  name: 'ci',
  scopes: ['read', 'publish'],
  expiresAt: null,
  ...more,
});
const issue = (more: Partial<TokenRequest> = {}, user = anna) =>
  accounts.issueToken(user, wish(more), theServer);
const holderOf = async (more: Partial<TokenRequest> = {}, user = anna) =>
  accounts.authenticate((await issue(more, user)).token, '10.1.1.1');

describe('a token', () => {
  test('tells of its limits wherever it is used, and in the list', async () => {
    const limits = { packages: ['@acme/*'], addresses: ['10.0.0.0/8'] };
    const { token } = await issue({ limits, bypassSecondFactor: true, expiresAt: now + DAY });
    expect(await accounts.authenticate(token, '10.1.1.1')).toMatchObject({
      limits,
      bypassSecondFactor: true,
      expiresAt: now + DAY,
    });
    const { tokens } = await accounts.tokensOf(anna, { limit: 10, offset: 0 });
    expect(tokens).toMatchObject([{ limits, bypassSecondFactor: true }]);
  });

  test('opens nothing from an address that it is not for, and says so', async () => {
    const { token } = await issue({ limits: { addresses: ['10.0.0.0/8', '2001:db8::/32'] } });
    for (const address of ['10.9.9.9', '::ffff:10.9.9.9', '2001:db8::1']) {
      await expect(accounts.authenticate(token, address)).resolves.toMatchObject({ user: anna });
    }
    for (const address of ['11.0.0.1', '::1', null, 'nonsense']) {
      await expect(accounts.authenticate(token, address)).rejects.toMatchObject({
        code: 'address_refused',
      });
    }
  });

  test('that is revoked is not told from one that never was, from a foreign address too', async () => {
    const { token } = await issue({ limits: { addresses: ['10.0.0.0/8'] } });
    await accounts.revokeToken(anna, token, theServer);
    await expect(accounts.authenticate(token, '11.0.0.1')).rejects.toMatchObject({ code: 'token_invalid' });
  });

  test('with the scope admin is for administrators only', async () => {
    await expect(issue({ scopes: ['read', 'admin'] })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(issue({ scopes: ['read', 'admin'] }, boss)).resolves.toBeDefined();
  });

  test('without a scope is refused, and one that is named twice is kept once', async () => {
    await expect(issue({ scopes: [] })).rejects.toMatchObject({ code: 'bad_request' });
    expect((await issue({ scopes: ['read', 'read'] })).row.scopes).toEqual(['read']);
  });
});

describe('a token that makes a token', () => {
  test.each<[string, Partial<TokenRequest>, Partial<TokenRequest>]>([
    ['another scope', { scopes: ['publish'] }, { scopes: ['publish', 'yank'] }],
    ['a longer life', { expiresAt: 1_700_000_000_000 + DAY }, { expiresAt: 1_700_000_000_000 + 2 * DAY }],
    ['life without end', { expiresAt: 1_700_000_000_000 + DAY }, {}],
    ['no limits', { limits: { packages: ['demo'] } }, {}],
    ['another package', { limits: { packages: ['demo'] } }, { limits: { packages: ['other'] } }],
    ['other addresses', { limits: { addresses: ['10.0.0.0/8'] } }, { limits: { addresses: ['::/0'] } }],
    ['a way around the second factor', {}, { bypassSecondFactor: true }],
  ])('cannot give it %s', async (_what, own, wanted) => {
    const holder = await holderOf(own);
    await expect(accounts.deriveToken(holder, wish(wanted))).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/^A token cannot make one that may more than itself: /),
    });
  });

  test('must be for publishing: one that only reads makes none', async () => {
    const holder = await holderOf({ scopes: ['read'] });
    await expect(accounts.deriveToken(holder, wish({ scopes: ['read'] }))).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  test('gives what it has, or less', async () => {
    const limits = { packages: ['@acme/*'], addresses: ['10.0.0.0/8'] };
    const holder = await holderOf({ limits, expiresAt: now + DAY, bypassSecondFactor: true });
    const less = {
      scopes: ['read'] as const,
      limits: { packages: ['@acme/one'], addresses: ['10.2.0.0/16'] },
      expiresAt: now + 1000,
      bypassSecondFactor: true,
    };
    await expect(accounts.deriveToken(holder, wish(less))).resolves.toMatchObject({ row: less });
  });

  test('of an administrator cannot become one that administers', async () => {
    const holder = await holderOf({ scopes: ['read', 'publish', 'yank'] }, boss);
    await expect(accounts.deriveToken(holder, wish({ scopes: ['admin'] }))).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  test('may give a way around the second factor if the password came with it, and nothing else', async () => {
    const holder = await holderOf();
    const shown = { password: true };
    await expect(
      accounts.deriveToken(holder, wish({ bypassSecondFactor: true }), shown),
    ).resolves.toBeDefined();
    await expect(accounts.deriveToken(holder, wish({ scopes: ['yank'] }), shown)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  test('is bounded only where a token was shown: a password gives all that its user may', async () => {
    const holder = signedInWithPassword(boss, null);
    await expect(
      accounts.deriveToken(holder, wish({ scopes: ['admin'], bypassSecondFactor: true })),
    ).resolves.toBeDefined();
    await expect(
      accounts.deriveToken(signedInWithPassword(anna, null), wish({ scopes: ['admin'] })),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});

const lastUse = async () => (await accounts.tokensOf(anna, { limit: 1, offset: 0 })).tokens[0]?.lastUsedAt;

describe('the last use of a token', () => {
  test('is written down in batches, at most once a minute', async () => {
    const { token } = await issue();
    const first = now;
    await accounts.authenticate(token, null);
    expect(await lastUse()).toBeNull();
    await accounts.reportTokenUses();
    expect(await lastUse()).toBe(first);
    now += 59_000;
    await accounts.authenticate(token, null);
    const before = store.queries;
    await accounts.reportTokenUses();
    expect(store.queries).toBe(before);
    now += 1_000;
    await accounts.authenticate(token, null);
    await accounts.reportTokenUses();
    expect(await lastUse()).toBe(first + 60_000);
  });

  test('is kept if the store cannot take it now', async () => {
    const { token } = await issue();
    await accounts.authenticate(token, null);
    const record = store.recordTokenUses;
    store.recordTokenUses = () => Promise.reject(new Error('down'));
    await expect(accounts.reportTokenUses()).rejects.toThrow('down');
    store.recordTokenUses = record;
    await accounts.reportTokenUses();
    expect(await lastUse()).toBe(now);
  });

  test('does not count what was refused', async () => {
    const { token } = await issue({ limits: { addresses: ['10.0.0.0/8'] } });
    await accounts.authenticate(token, '11.0.0.1').catch(() => undefined);
    await accounts.reportTokenUses();
    expect(await lastUse()).toBeNull();
  });
});
