import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewToken, User } from '../../src/accounts/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { at, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore } from './stores.ts';

describe.each(adapters)('Tokens on $name', (adapter) => {
  let store: SqlStore;
  let close: () => Promise<void>;
  let anna: User;

  beforeEach(async () => {
    ({ store, close } = await freshStore(adapter));
    anna = await store.accounts.createUser(testUser('anna'));
  });
  afterEach(() => close());

  const create = (hash: string, more: Partial<NewToken> = {}) =>
    store.accounts.createToken({
      userId: anna.id,
      hash,
      prefix: 'ktr_Abc123',
      name: 'ci',
      scopes: ['read', 'publish', 'yank', 'admin'],
      at,
      by: theServer,
      expiresAt: null,
      ...more,
    });
  const listed = async () =>
    (await store.accounts.tokensOf({ userId: anna.id, now: at, limit: 10, offset: 0 })).tokens;

  test('keep their scopes and limits, for use and in the list', async () => {
    const limits = {
      registries: ['npm'],
      packages: ['@acme/*'],
      organisations: ['acme'],
      addresses: ['10.0.0.0/8'],
    };
    await create('a', { limits, bypassSecondFactor: true });
    const kept = { scopes: ['read', 'publish', 'yank', 'admin'], limits, bypassSecondFactor: true };
    expect(await store.accounts.tokenByHash('a')).toMatchObject(kept);
    expect(await listed()).toMatchObject([{ ...kept, lastUsedAt: null }]);
  });

  test('without limits have none', async () => {
    await create('a');
    await create('b', { limits: null });
    for (const hash of ['a', 'b']) {
      expect(await store.accounts.tokenByHash(hash)).toMatchObject({
        limits: null,
        bypassSecondFactor: false,
      });
    }
  });

  test('the event of a new one tells what it may, and not what it is', async () => {
    await create('secret-hash', {
      limits: { packages: ['demo'] },
      bypassSecondFactor: true,
      expiresAt: at + 9,
    });
    await store.events.seal(10);
    const created = (await store.events.sealed(0, 10)).find(({ type }) => type === 'token.create');
    expect(created?.detail).toMatchObject({
      name: 'ci',
      limits: { packages: ['demo'] },
      bypassSecondFactor: true,
      expiresAt: at + 9,
    });
    expect(JSON.stringify(created)).not.toContain('secret-hash');
  });

  test('show their last use, which never goes back, whoever reports it last', async () => {
    const [one, two] = [await create('a'), await create('b')];
    await store.accounts.recordTokenUses([
      { tokenId: two, at: at + 2 },
      { tokenId: one, at: at + 1 },
    ]);
    await Promise.all([
      store.accounts.recordTokenUses([
        { tokenId: one, at: at + 90 },
        { tokenId: two, at },
      ]),
      store.accounts.recordTokenUses([
        { tokenId: two, at: at + 50 },
        { tokenId: one, at: at + 5 },
      ]),
    ]);
    await store.accounts.recordTokenUses([{ tokenId: 4_711, at }]);
    expect((await listed()).map(({ lastUsedAt }) => lastUsedAt)).toEqual([at + 90, at + 50]);
  });
});
