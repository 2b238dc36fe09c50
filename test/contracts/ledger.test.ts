import { ledgerContract } from './ledger.ts';
import { adapters, freshStore } from './stores.ts';

for (const adapter of adapters) {
  ledgerContract(adapter.name, async () => {
    const { store, close } = await freshStore(adapter);
    return { events: store.events, leases: store.leases, accounts: store.accounts, close };
  });
}
