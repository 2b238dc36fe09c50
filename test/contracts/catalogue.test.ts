import { catalogueChangesContract } from './catalogue-changes.ts';
import { catalogueSearchContract } from './catalogue-search.ts';
import { catalogueContract } from './catalogue.ts';
import { adapters, freshStore } from './stores.ts';

for (const adapter of adapters) {
  for (const contract of [catalogueContract, catalogueChangesContract, catalogueSearchContract]) {
    contract(`${adapter.name} [S-10]`, async () => {
      const { store, close } = await freshStore(adapter);
      return { catalogue: store.catalogue, counts: store.counts, accounts: store.accounts, close };
    });
  }
}
