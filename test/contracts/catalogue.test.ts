import { catalogueContract } from './catalogue.ts';
import { adapters, freshStore } from './stores.ts';

for (const adapter of adapters) {
  catalogueContract(`${adapter.name} [S-10]`, async () => {
    const { store, close } = await freshStore(adapter);
    return { catalogue: store.catalogue, accounts: store.accounts, close };
  });
}
