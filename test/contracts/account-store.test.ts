import { accountStoreContract } from './account-store.ts';
import { memoryAccountStore } from './memory-account-store.ts';

accountStoreContract('memory', async () => ({ store: memoryAccountStore(), close: async () => {} }));
