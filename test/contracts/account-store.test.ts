import { accountStoreContract } from './account-store.ts';
import { memoryAccountStore } from './memory-account-store.ts';
import { adapters, freshStore } from './stores.ts';

accountStoreContract('memory', async () => ({ store: memoryAccountStore(), close: async () => {} }));

for (const adapter of adapters) {
  accountStoreContract(adapter.name, async () => {
    const { store, close } = await freshStore(adapter);
    return { store: store.accounts, close };
  });
}
