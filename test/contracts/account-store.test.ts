import { describe, expect, test } from 'vitest';
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
    const user = { name: 'anna', email: null, role: 'user' as const, passwordHash: 'old', at: 1 };
    const { id: userId } = await accounts.createUser(user);
    const token = { hash: 'h', prefix: 'p', name: 'ci', scopes: ['read' as const], at: 2, expiresAt: null };
    const tokenId = await accounts.createToken({ ...token, userId });
    await accounts.revokeToken({ hash: 'h', userId, at: 3 });
    await accounts.changePassword({ userId, oldHash: 'old', newHash: 'new', at: 4 });
    await accounts.updateProfile({ userId, email: 'a@example.com', fields: { github: 'secret' }, at: 5 });
    const login = { pageHash: 'p', doneHash: 'd', create: false, client: '', at: 6, expiresAt: 99, most: 1 };
    await accounts.startWebLogin(login);
    await accounts.approveWebLogin({ pageHash: 'p', userId, at: 7 });
    await accounts.redeemWebLogin({ doneHash: 'd', token: { ...token, hash: 'h2', at: 8 } });
    // What changes nothing is no event.
    await accounts.revokeToken({ hash: 'h', userId, at: 9 });
    await accounts.changePassword({ userId, oldHash: 'old', newHash: 'newer', at: 9 });

    await events.seal(100);
    const sealed = await events.sealed(0, 100);
    expect(sealed.map(({ type, at, actorId, detail }) => ({ type, at, actorId, detail }))).toEqual([
      { type: 'user.create', at: 1, actorId: userId, detail: { user: 'anna', role: 'user' } },
      {
        type: 'token.create',
        at: 2,
        actorId: userId,
        detail: { token: tokenId, name: 'ci', scopes: ['read'] },
      },
      { type: 'token.revoke', at: 3, actorId: userId, detail: { token: tokenId, name: 'ci' } },
      { type: 'user.password', at: 4, actorId: userId, detail: { user: 'anna' } },
      { type: 'user.update', at: 5, actorId: userId, detail: { user: 'anna', fields: ['email', 'github'] } },
      expect.objectContaining({ type: 'token.create', at: 8, actorId: userId }),
    ]);
    await close();
  });
});
