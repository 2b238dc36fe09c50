import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewDocument, UpstreamDocuments } from '../../src/upstream/index.ts';

/** A database may hand out a Buffer; what counts is the bytes. */
const plain = (kept: Uint8Array | undefined) => (kept ? new Uint8Array(kept) : null);

const bytes = (...values: number[]) => new Uint8Array(values);

const found = (registryId: number, more: Partial<NewDocument> = {}): NewDocument => ({
  registryId,
  name: '@acme/demo',
  upstream: 'https://registry.example/npm/',
  status: 'found',
  upstreamEtag: 'W/"abc"',
  lastModified: 'Wed, 21 Oct 2026 07:28:00 GMT',
  checkedAt: 1_700_000_000_123,
  fetchedAt: 1_700_000_000_001,
  body: bytes(0, 255, 10, 13),
  index: bytes(40, 181, 47, 253, 0),
  etag: 'f'.repeat(32),
  versions: [],
  ...more,
});

const missing = (registryId: number): NewDocument => ({
  ...found(registryId),
  status: 'missing',
  upstreamEtag: null,
  lastModified: null,
  body: null,
  index: null,
  etag: '',
});

/**
 * What every keeper of upstream documents must do. `open` gives an empty store each time, with the ids of two
 * registries that exist in it.
 */
export function upstreamDocumentsContract(
  adapter: string,
  open: () => Promise<{ store: UpstreamDocuments; registries: [number, number]; close(): Promise<void> }>,
): void {
  describe(`UpstreamDocuments on ${adapter}`, () => {
    let store: UpstreamDocuments;
    let first: number;
    let second: number;
    let close: () => Promise<void>;

    beforeEach(async () => {
      const opened = await open();
      store = opened.store;
      [first, second] = opened.registries;
      close = () => opened.close();
    });
    afterEach(async () => {
      await close();
    });

    /** The whole document, as it was put. */
    const get = async (registryId: number, name: string) => {
      const [head, body, index] = await Promise.all([
        store.find(registryId, name),
        store.body(registryId, name),
        store.index(registryId, name),
      ]);
      return head && { ...head, body: plain(body), index: plain(index), versions: [] };
    };

    test('a document that was never put is undefined', async () => {
      expect(await store.find(first, '@acme/demo')).toBeUndefined();
    });

    test('a document comes back as it was put, byte for byte', async () => {
      await store.put(found(first));
      expect(await get(first, '@acme/demo')).toEqual(found(first));
    });

    test('that a name is missing is remembered without bodies', async () => {
      await store.put(missing(first));
      expect(await get(first, '@acme/demo')).toEqual(missing(first));
    });

    test('a second put replaces the whole document, in both directions', async () => {
      await store.put(found(first));
      await store.put(missing(first));
      expect(await get(first, '@acme/demo')).toEqual(missing(first));
      await store.put(found(first, { body: bytes(1), upstreamEtag: null, etag: 'e' }));
      expect(await get(first, '@acme/demo')).toEqual(
        found(first, { body: bytes(1), upstreamEtag: null, etag: 'e' }),
      );
    });

    test('puts at the same time leave one of the documents, whole', async () => {
      const documents = [1, 2, 3, 4].map((n) =>
        found(first, { body: bytes(n), index: bytes(n), etag: String(n) }),
      );
      await Promise.all(documents.map((document) => store.put(document)));
      const kept = await get(first, '@acme/demo');
      expect(documents).toContainEqual(kept);
    });

    test('registries do not see each other’s documents, and names count to the letter', async () => {
      await store.put(found(first));
      expect(await store.find(second, '@acme/demo')).toBeUndefined();
      expect(await store.find(first, '@acme/Demo')).toBeUndefined();
      await store.put(found(second, { etag: 'other' }));
      expect((await store.find(first, '@acme/demo'))?.etag).toBe('f'.repeat(32));
    });

    test('its head comes without the bytes', async () => {
      const { body: _, index: __, versions: ___, ...head } = found(first);
      await store.put(found(first));
      expect(await store.find(first, '@acme/demo')).toEqual(head);
    });

    test('touch moves the time of the check and nothing else, in both directions', async () => {
      const { etag } = found(first);
      for (const checkedAt of [1_700_000_300_000, 1_600_000_000_000]) {
        await store.put(found(first));
        await store.touch(first, '@acme/demo', etag, checkedAt);
        expect(await get(first, '@acme/demo')).toEqual(found(first, { checkedAt }));
      }
    });

    test('a touch says nothing of another document than the one that was confirmed', async () => {
      await store.put(found(first));
      await store.touch(first, '@acme/demo', 'another', 1_700_000_300_000);
      expect(await get(first, '@acme/demo')).toEqual(found(first));
    });

    test('touching what is not there makes nothing', async () => {
      await store.touch(first, 'nothing', '', 1);
      expect(await store.find(first, 'nothing')).toBeUndefined();
    });

    test('a document of several megabytes is kept whole', async () => {
      const body = new Uint8Array(5_000_000).map((_, n) => n % 251);
      await store.put(found(first, { body }));
      const kept = await store.body(first, '@acme/demo');
      expect(kept && Buffer.compare(kept, body)).toBe(0);
    });
  });
}
