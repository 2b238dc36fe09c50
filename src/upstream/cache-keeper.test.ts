import { beforeEach, describe, expect, test } from 'vitest';
import { defaultPolicy, type RegistryPolicy, type RegistryRow } from '../registry/index.ts';
import { CacheKeeper } from './cache-keeper.ts';
import type { CachedVersion, Spared, UpstreamCache } from './cache-store.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;

let versions: CachedVersion[];
let documents: { bytes: number; checkedAt: number }[];
let spared: Spared | undefined;
let removed: string[];
let policies: Partial<RegistryPolicy>[];
/** What is used again as soon as somebody has looked at it. */
let busy: Set<number>;

/** Does with arrays what the contract tests demand of databases. */
const cache: UpstreamCache = {
  size: async () => ({
    versions: versions.reduce((sum, { bytes }) => sum + bytes, 0),
    documents: documents.reduce((sum, { bytes }) => sum + bytes, 0),
  }),
  revisions: async () => policies.map((_, index) => ({ registryId: index + 1, policyRevision: 0 })),
  leastUsed: async (but, limit) => {
    spared = but;
    return versions.toSorted((a, b) => a.usedAt - b.usedAt).slice(0, limit);
  },
  evict: async (chosen) => {
    const gone = chosen.filter(({ versionId }) => !busy.has(versionId));
    versions = versions.filter((version) => !gone.includes(version));
    return {
      versions: gone.length,
      bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0),
      keys: gone.map(({ versionId }) => `key ${versionId}`),
    };
  },
  forgetMissing: async (before) => (before === NOW - DAY ? 3 : 0),
  dropDocuments: async (_spared, { before, limit, bytes: wanted }) => {
    let bytes = 0;
    const old = documents
      .filter(({ checkedAt }) => checkedAt < before)
      .toSorted((a, b) => a.checkedAt - b.checkedAt)
      .slice(0, limit)
      .filter((document) => {
        const isNeeded = bytes < wanted;
        if (isNeeded) bytes += document.bytes;
        return isNeeded;
      });
    documents = documents.filter((document) => !old.includes(document));
    return { documents: old.length, bytes };
  },
};

function keeper(cap: number | undefined): CacheKeeper {
  const rows = policies.map((_, index) => ({ id: index + 1, name: `r${index + 1}` }) as RegistryRow);
  return new CacheKeeper({
    cache,
    catalogue: { registries: async () => rows },
    policies: { of: async ({ id }) => ({ ...defaultPolicy, ...policies[id - 1] }) },
    blobs: { remove: async (key) => void removed.push(key) },
    clock: () => NOW,
    cap,
  });
}

beforeEach(() => {
  versions = Array.from({ length: 1000 }, (_, index) => ({ versionId: index, bytes: 10, usedAt: index }));
  documents = [];
  spared = undefined;
  removed = [];
  policies = [{}];
  busy = new Set();
});

describe('The keeper of the cache', () => {
  test('takes nothing while there is room, nor where there is no cap', async () => {
    for (const cap of [10_000, undefined]) {
      expect(await keeper(cap).run()).toEqual({ versions: 0, documents: 0, missing: 3, bytes: 0, over: 0 });
    }
    expect(versions).toHaveLength(1000);
  });

  test('takes as many as bring the cache 5 % below its cap, the longest unused first', async () => {
    expect(await keeper(5000).run()).toMatchObject({ versions: 525, bytes: 5250, over: 0 });
    expect(versions.map(({ versionId }) => versionId)[0]).toBe(525);
  });

  test('removes the bytes in the next run, when whoever was about to read them has begun', async () => {
    const one = keeper(9_990);
    await one.run();
    expect(removed).toEqual([]);
    await one.run();
    expect(removed[0]).toBe('key 0');
    const { length } = removed;
    await one.run();
    expect(removed).toHaveLength(length);
  });

  test('drops documents first that nobody asked for in a month, and counts all of them', async () => {
    versions = versions.slice(0, 10);
    documents = [
      { bytes: 500, checkedAt: NOW - 31 * DAY },
      { bytes: 500, checkedAt: NOW - 29 * DAY },
    ];
    expect(await keeper(700).run()).toEqual({ versions: 0, documents: 1, missing: 3, bytes: 500, over: 0 });
    expect(versions).toHaveLength(10);
  });

  test('drops documents next that were asked for least lately, down to half of the cap, and tarballs last', async () => {
    documents = Array.from({ length: 100 }, (_, index) => ({ bytes: 100, checkedAt: NOW - 1 - index }));
    // 20,000 bytes in all, half of them documents.
    expect(await keeper(10_000).run()).toEqual({
      versions: 550,
      documents: 50,
      missing: 3,
      bytes: 10_500,
      over: 0,
    });
    expect(Math.min(...documents.map(({ checkedAt }) => checkedAt))).toBe(NOW - 50);
    expect(versions).toHaveLength(450);
  });

  test('keeps tarballs where there are too many documents, however young', async () => {
    versions = versions.slice(0, 100);
    documents = Array.from({ length: 100 }, () => ({ bytes: 100, checkedAt: NOW - 1 }));
    expect(await keeper(5_000).run()).toMatchObject({ versions: 0, documents: 63, over: 0 });
  });

  test('says how much is over the cap that cannot go', async () => {
    // In use at this moment.
    documents = [{ bytes: 20_000, checkedAt: NOW }];
    expect(await keeper(5000).run()).toMatchObject({ versions: 1000, over: 15_000 });
  });

  test('ends when all that it would take is used again', async () => {
    busy = new Set(versions.map(({ versionId }) => versionId));
    expect(await keeper(5000).run()).toMatchObject({ versions: 0, over: 5000 });
  });

  test('spares registries that are offline, and what vanished where that is kept', async () => {
    policies = [{}, { offline: true }, { vanished: 'keep' }];
    await keeper(5000).run();
    expect(spared).toEqual({ registries: [2], vanished: [3] });
  });
});
