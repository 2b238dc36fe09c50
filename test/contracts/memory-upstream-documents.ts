import type { NewDocument, UpstreamDocuments } from '../../src/upstream/index.ts';

const keyOf = (registryId: number, name: string) => `${registryId}/${name}`;

/** Upstream documents in a map: the smallest store that keeps the contract. */
export function memoryUpstreamDocuments(): UpstreamDocuments {
  const documents = new Map<string, NewDocument>();
  return {
    async find(registryId, name) {
      const document = documents.get(keyOf(registryId, name));
      if (document === undefined) return undefined;
      const { body: _, index: __, versions: ___, ...head } = document;
      return head;
    },
    async body(registryId, name) {
      return documents.get(keyOf(registryId, name))?.body ?? undefined;
    },
    async index(registryId, name) {
      return documents.get(keyOf(registryId, name))?.index ?? undefined;
    },
    async put(document) {
      documents.set(keyOf(document.registryId, document.name), { ...document });
    },
    async touch(registryId, name, etag, checkedAt) {
      const document = documents.get(keyOf(registryId, name));
      if (document?.etag === etag) document.checkedAt = checkedAt;
    },
  };
}
