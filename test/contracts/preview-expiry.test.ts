import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signedInWithPassword, type SignedIn } from '../../src/accounts/index.ts';
import { theCommandLine } from '../../src/ledger/index.ts';
import {
  allKeys,
  expirePreviews,
  Gate,
  Previews,
  sweep,
  verify,
  type Blobs,
  type RegistryRow,
} from '../../src/registry/index.ts';
import { openFileBlobs } from '../../src/storage/files/index.ts';
import type { SqlStore } from '../../src/storage/sql/index.ts';
import { startCeph, whyNoCeph, type CephGateway } from '../setup/ceph.ts';
import { bucketOptions, openBucket } from '../setup/s3.ts';
import { at, testUser } from './catalogue-fixtures.ts';
import { adapters, freshStore } from './stores.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const sha = 'abc1234def5678';
const noCeph = await whyNoCeph();

let ceph: CephGateway;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kontor-expiry-'));
  if (noCeph === undefined) ceph = await startCeph();
});
afterAll(() => rm(folder, { recursive: true }));

/** Where bytes are kept, and how many folders or objects of commits an operator finds there. */
const storages: {
  name: string;
  skip: boolean;
  open: () => Promise<{ blobs: Blobs; left: () => Promise<number> }>;
}[] = [
  {
    name: 'files',
    skip: false,
    open: async () => {
      const root = await mkdtemp(join(folder, 'blobs-'));
      return {
        blobs: await openFileBlobs(root),
        left: async () => (await readdir(join(root, 'commits')).catch(() => [])).length,
      };
    },
  },
  {
    name: 'S3',
    skip: noCeph !== undefined,
    open: async () => {
      const blobs = await openBucket(bucketOptions(ceph));
      return { blobs, left: async () => (await keysIn(blobs)).length };
    },
  },
];

async function keysIn(blobs: Blobs): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of blobs.list()) keys.push(key);
  return keys.toSorted();
}

const kinds = adapters.flatMap((adapter) =>
  storages.map((storage) => ({ name: `${adapter.name} and ${storage.name}`, adapter, storage })),
);

describe.each(kinds)('Previews on $name', ({ adapter, storage }) => {
  let store: SqlStore;
  let close: () => Promise<void>;
  let blobs: Blobs;
  let left: () => Promise<number>;
  let npm: RegistryRow;
  let anna: SignedIn;
  let previews: Previews;
  let now: number;
  const clock = () => now;

  beforeEach(async ({ skip }) => {
    if (storage.skip) skip();
    now = at;
    ({ store, close } = await freshStore(adapter));
    ({ blobs, left } = await storage.open());
    npm = await store.catalogue.createRegistry('npm', 'npm', at, theCommandLine);
    anna = signedInWithPassword(await store.accounts.createUser(testUser('anna')), null);
    const { blocks, advisories } = store;
    const policies = { of: () => Promise.reject(new Error('no names are asked for')) };
    const gate = new Gate({ blocks, advisories, policies, ranges: new Map(), clock });
    gate.rules = () => ({ whole: undefined }) as never;
    gate.rulesOf = async () => new Map();
    previews = new Previews({
      store: store.previews,
      rights: store.rights,
      gate,
      blobs,
      clock,
      life: 90 * DAY,
    });
  });
  afterEach(() => close());

  async function publish(names: string[], commit = sha) {
    const packages = await Promise.all(
      names.map(async (name) => {
        const staged = await blobs.stage();
        await staged.write(Buffer.from(`${name} of ${commit} at ${now} ${Math.random()}`));
        return { name, staged, digests: await staged.finish() };
      }),
    );
    return previews.publish(npm, anna, { sha: commit, packages });
  }
  const expire = () => expirePreviews({ store: store.previews, blobs, clock, life: 90 * DAY });
  const listed = async (commit = sha) => (await previews.ofCommit(npm, commit, anna)).map(({ name }) => name);
  const check = () =>
    verify({
      catalogue: {
        ...allKeys(store.catalogue, store.previews),
        blobs: (after, limit) => store.catalogue.blobs(after, limit),
        danglingReferences: () => store.catalogue.danglingReferences(),
      },
      blobs,
      previews: { store: store.previews, goneUntil: now - 90 * DAY },
    });

  test('are there on day 89, and on day 91 gone with their bytes [P-52] [P-53]', async () => {
    const stored = await publish(['a', '@acme/b']);
    expect(await keysIn(blobs)).toEqual(stored.map(({ key }) => key).toSorted());
    for (const { key } of stored) expect(key).toMatch(/^commits\//);

    now = at + 89 * DAY;
    expect(await expire()).toEqual({ removed: 0, bytes: 0 });
    expect(await listed()).toEqual(['@acme/b', 'a']);
    const young = await publish(['young'], 'fff1234');
    expect(await check()).toMatchObject({ problems: [], orphans: 0, previews: { blobs: 3 } });

    now = at + 91 * DAY;
    expect(await listed()).toEqual([]);
    // Whether the job or the bucket's own rule comes first.
    await blobs.remove(stored[0]?.key ?? '');
    expect((await check()).problems).toEqual([]);
    expect(await expire()).toMatchObject({ removed: 2 });
    expect(await keysIn(blobs)).toEqual(young.map(({ key }) => key));
    expect(await left()).toBe(1);
    expect(await check()).toMatchObject({ problems: [], orphans: 0, previews: { blobs: 1 } });
    expect((await store.storageUses.read()).registries[0]?.previews).toEqual({
      count: 1,
      bytes: young[0]?.size,
    });
  });

  test('keep their bytes from the sweeper, which takes what no row has', async () => {
    const [one] = await publish(['a']);
    const staged = await blobs.stage();
    await staged.write(Buffer.from('of a publish that crashed'));
    await staged.finish();
    await staged.promote('commits/fff1234/crashed-1.tgz');
    await staged.discard();
    const later = () => Date.now() + 2 * HOUR;
    const catalogue = allKeys(store.catalogue, store.previews);
    expect(await check()).toMatchObject({ orphans: 1, problems: [] });
    expect(await sweep({ catalogue, blobs, clock: later, grace: HOUR })).toMatchObject({ orphans: 1 });
    expect(await keysIn(blobs)).toEqual([one?.key]);
    expect(await sweep({ catalogue, blobs, clock: later, grace: HOUR })).toMatchObject({ orphans: 0 });
    await blobs.remove(one?.key ?? '');
    expect((await check()).problems).toEqual([`Blob ${one?.key} is missing.`]);
  });

  test('that are published anew while the job runs are whole or gone, never a row without bytes', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `p${index}`);
    await publish(names);
    now = at + 90 * DAY;
    await Promise.all([
      expire(),
      ...names.map((name) => publish([name])),
      expire(),
      publish(names),
      expire(),
    ]);
    expect(await listed()).toEqual(names);
    expect(await check()).toMatchObject({ problems: [], orphans: 0, previews: { blobs: 6 } });
    expect(await keysIn(blobs)).toHaveLength(6);
  });
});
