import { describe, expect, test } from 'vitest';
import { theServer } from '../../src/ledger/index.ts';
import { accountChangesContract } from './account-changes.ts';
import { accountStoreContract } from './account-store.ts';
import { memoryAccountStore } from './memory-account-store.ts';
import { adapters, freshStore } from './stores.ts';

for (const contract of [accountStoreContract, accountChangesContract]) {
  contract('memory', async () => ({ store: memoryAccountStore(), close: async () => {} }));
  for (const adapter of adapters) {
    contract(adapter.name, async () => {
      const { store, close } = await freshStore(adapter);
      return { store: store.accounts, close };
    });
  }
}

describe.each(adapters)('What happens to accounts on $name', (adapter) => {
  test('is written down with its change, without secrets', async () => {
    const { store, close } = await freshStore(adapter);
    const { accounts, events } = store;
    const user = {
      name: 'anna',
      email: null,
      role: 'user' as const,
      passwordHash: 'old',
      at: 1,
      by: theServer,
    };
    const by = { userId: 7, name: 'berta', via: 'token:3', address: '192.0.2.1' };
    const { id: userId } = await accounts.createUser(user);
    const token = { hash: 'h', prefix: 'p', name: 'ci', scopes: ['read' as const], at: 2, expiresAt: null };
    const tokenId = await accounts.createToken({ ...token, userId, by });
    await accounts.revokeToken({ hash: 'h', userId, at: 3, by });
    await accounts.changePassword({ userId, oldHash: 'old', newHash: 'new', at: 4, by });
    await accounts.updateProfile({
      userId,
      email: 'a@example.com',
      fields: { github: 'secret' },
      at: 5,
      by,
    });
    const login = { pageHash: 'p', doneHash: 'd', create: false, client: '', at: 6, expiresAt: 99, most: 1 };
    await accounts.startWebLogin(login);
    await accounts.approveWebLogin({ pageHash: 'p', userId, at: 7, via: 'session:1' });
    await accounts.redeemWebLogin({
      doneHash: 'd',
      token: { ...token, hash: 'h2', at: 8 },
      address: '192.0.2.2',
    });
    // What changes nothing is no event.
    await accounts.revokeToken({ hash: 'h', userId, at: 9, by });
    await accounts.changePassword({ userId, oldHash: 'old', newHash: 'newer', at: 9, by });

    await events.seal(100);
    const sealed = await events.sealed(0, 100);
    expect(sealed.map(({ type, at, actor, detail }) => ({ type, at, actor, detail }))).toEqual([
      { type: 'user.create', at: 1, actor: theServer, detail: { user: 'anna', userId, role: 'user' } },
      {
        type: 'token.create',
        at: 2,
        actor: by,
        detail: { user: 'anna', token: tokenId, name: 'ci', scopes: ['read'] },
      },
      { type: 'token.revoke', at: 3, actor: by, detail: { token: tokenId, name: 'ci' } },
      { type: 'user.password', at: 4, actor: by, detail: { user: 'anna' } },
      { type: 'user.update', at: 5, actor: by, detail: { user: 'anna', fields: ['email', 'github'] } },
      expect.objectContaining({
        type: 'token.create',
        at: 8,
        actor: { userId, name: 'anna', via: 'session:1', address: '192.0.2.2' },
      }),
    ]);
    await close();
  });
});
