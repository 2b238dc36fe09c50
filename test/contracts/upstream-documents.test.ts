import { theServer } from '../../src/ledger/index.ts';
import { memoryUpstreamDocuments } from './memory-upstream-documents.ts';
import { adapters, freshStore } from './stores.ts';
import { upstreamDocumentsContract } from './upstream-documents.ts';

upstreamDocumentsContract('memory', async () => ({
  store: memoryUpstreamDocuments(),
  registries: [1, 2],
  close: async () => {},
}));

for (const adapter of adapters) {
  upstreamDocumentsContract(adapter.name, async () => {
    const { store, close } = await freshStore(adapter);
    const one = await store.catalogue.createRegistry('npm', 'npm', 0, theServer);
    const two = await store.catalogue.createRegistry('team-npm', 'npm', 0, theServer);
    return { store: store.upstreamDocuments, registries: [one.id, two.id], close };
  });
}
