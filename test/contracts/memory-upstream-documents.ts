import type { StoredDocument, UpstreamDocuments } from '../../src/upstream/index.ts';

const keyOf = (registryId: number, name: string) => `${registryId}/${name}`;

/** Upstream documents in a map: the smallest store that keeps the contract. */
export function memoryUpstreamDocuments(): UpstreamDocuments {
  const documents = new Map<string, StoredDocument>();
  return {
    async get(registryId, name) {
      return documents.get(keyOf(registryId, name));
    },
    async put(document) {
      documents.set(keyOf(document.registryId, document.name), { ...document });
    },
    async touch(registryId, name, checkedAt) {
      const document = documents.get(keyOf(registryId, name));
      if (document) document.checkedAt = Math.max(document.checkedAt, checkedAt);
    },
  };
}
