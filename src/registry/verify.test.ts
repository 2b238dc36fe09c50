import { beforeEach, expect, test } from 'vitest';
import { sha256Hex } from '../kernel/index.ts';
import { CHAIN_START, chainHash, theServer, type SealedEvent } from '../ledger/index.ts';
import { memoryBlobs } from '../storage/memory/index.ts';
import type { Blobs, ListedBlob } from './ports/index.ts';
import { verify, type VerifyOptions } from './verify.ts';

let blobs: Blobs;
let rows: ListedBlob[];
let dangling: string[];

const catalogue: VerifyOptions['catalogue'] = {
  blobs: async (after, limit) => rows.filter(({ key }) => key > after).slice(0, limit),
  knownKeys: async (keys) => new Set(keys.filter((key) => rows.some((row) => row.key === key))),
  danglingReferences: async () => dangling,
};

beforeEach(() => {
  blobs = memoryBlobs();
  rows = [];
  dangling = [];
});

const fail = () => Promise.reject(new Error('the database is away'));

async function put(key: string, content: string): Promise<void> {
  const staged = await blobs.stage();
  await staged.write(Buffer.from(content));
  await staged.finish();
  await staged.promote(key);
  await staged.discard();
}

function addRow(key: string, content: string, owned = true): void {
  rows.push({ key, sha256: sha256Hex(content), size: content.length, owned });
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function add(key: string, content: string): Promise<void> {
  await put(key, content);
  addRow(key, content);
}

function chain(length: number): SealedEvent[] {
  const events: SealedEvent[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const event = {
      type: 'package.publish',
      at: 1_700_000_000_000 + seq,
      actor: theServer,
      registry: 'npm',
      package: 'demo',
      version: `1.0.${seq}`,
      detail: { tags: ['latest'], size: seq },
    };
    const hash = chainHash(events.at(-1)?.hash ?? CHAIN_START, seq, event, JSON.stringify(event.detail));
    events.push({ ...event, seq, hash });
  }
  return events;
}

function storeOf(events: SealedEvent[], unsealed = 0): NonNullable<VerifyOptions['chain']> {
  const { seq = 0, hash = CHAIN_START } = events.at(-1) ?? {};
  return {
    events: {
      sealed: async (after, limit) => events.filter((event) => event.seq > after).slice(0, limit),
      unsealed: async () => unsealed,
    },
    audit: { head: async () => ({ seq, hash }), segments: async () => [] },
  };
}

test('reports a store in order as clean, with what it counted', async () => {
  for (let i = 0; i < 1200; i++) await add(`npm/p/${i}/f.tgz`, `file ${i % 10}`);
  const report = await verify({ catalogue, blobs, chain: storeOf(chain(1100), 3) });
  expect(report).toMatchObject({
    blobs: 1200,
    bytes: 7200,
    events: 1100,
    unsealed: 3,
    orphans: 0,
    problems: [],
  });
});

test('finds an empty store clean', async () => {
  const none = { blobs: 0, bytes: 0 };
  const clean = {
    ...none,
    owned: none,
    cached: none,
    previews: none,
    events: 0,
    unsealed: 0,
    orphans: 0,
    problems: [],
  };
  expect(await verify({ catalogue, blobs })).toEqual(clean);
});

test('counts what is owned here and what is cached of upstreams apart', async () => {
  await add('a/own', 'four');
  await put('b/theirs', 'sixsix');
  addRow('b/theirs', 'sixsix', false);
  expect(await verify({ catalogue, blobs })).toMatchObject({
    blobs: 2,
    owned: { blobs: 1, bytes: 4 },
    cached: { blobs: 1, bytes: 6 },
  });
});

test('is not troubled by what goes while it reads, as previews do', async () => {
  const going = {
    ...catalogue,
    knownKeys: async (keys: string[]) => new Set(keys.filter((key) => key !== 'commits/gone')),
  };
  const lost = ['commits/gone', 'commits/lost'].map((key) => ({ key, sha256: sha256Hex('x'), size: 1 }));
  const store = {
    blobs: async ({ afterKey }: { afterKey: string }) => lost.filter(({ key }) => key > afterKey),
  };
  const { problems } = await verify({ catalogue: going, blobs, previews: { store, goneUntil: 0 } });
  expect(problems).toEqual(['Blob commits/lost is missing.']);
});

test('names each blob that is missing, has another size or other bytes, and reads the others', async () => {
  await add('a/fine', 'fine');
  addRow('a/missing', 'gone');
  addRow('b/cut', 'whole');
  await put('b/cut', 'who');
  addRow('b/flipped', 'bytes');
  await put('b/flipped', 'bytez');
  const { problems, blobs: count } = await verify({ catalogue, blobs });
  expect(count).toBe(4);
  expect(problems.toSorted()).toEqual([
    'Blob a/missing is missing.',
    'Blob b/cut has 3 bytes instead of 5.',
    `Blob b/flipped has SHA-256 ${sha256Hex('bytez')} instead of ${sha256Hex('bytes')}.`,
  ]);
});

test('names a blob that cannot be read and goes on', async () => {
  await add('a/bad', 'x');
  await add('a/good', 'x');
  const failing: VerifyOptions['blobs'] = {
    list: () => blobs.list(),
    open: (key) => (key === 'a/bad' ? Promise.reject(new Error('EIO')) : blobs.open(key)),
  };
  const report = await verify({ catalogue, blobs: failing });
  expect(report).toMatchObject({ blobs: 2, bytes: 1 });
  expect(report.problems).toEqual(['Blob a/bad cannot be read (Error: EIO).']);
});

test('counts objects without a row and does not call them a problem', async () => {
  await add('a/known', 'x');
  for (let i = 0; i < 700; i++) await put(`b/${i}`, 'x');
  expect(await verify({ catalogue, blobs })).toMatchObject({ orphans: 700, problems: [] });
});

test('passes on references that lead nowhere', async () => {
  dangling = ['Tag latest of npm/demo points at no version.'];
  expect((await verify({ catalogue, blobs })).problems).toEqual(dangling);
});

test('names an event that was changed, and only that one', async () => {
  const events = chain(5);
  for (const event of events.slice(2, 3)) event.detail = { tags: [] };
  const { problems } = await verify({ catalogue, blobs, chain: storeOf(events) });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain('Event 3 (package.publish)');
});

test('names the first event when the chain does not begin at its start', async () => {
  const events = chain(2);
  for (const event of events.slice(0, 1)) event.at = 7;
  const { problems } = await verify({ catalogue, blobs, chain: storeOf(events) });
  expect(problems).toEqual([expect.stringContaining('Event 1 ')]);
});

test('names events that are missing from the chain', async () => {
  const events = chain(8).filter(({ seq }) => ![1, 4, 5].includes(seq));
  const { problems, events: count } = await verify({ catalogue, blobs, chain: storeOf(events) });
  expect(count).toBe(5);
  expect(problems).toEqual([
    'Event 1 of the chain cannot be found before event 2.',
    'Events 4 to 5 of the chain cannot be found before event 6.',
  ]);
});

test('lists a thousand problems and counts the rest', async () => {
  dangling = Array.from({ length: 1500 }, (_, i) => `Problem ${i}.`);
  const { problems } = await verify({ catalogue, blobs });
  expect(problems).toHaveLength(1001);
  expect(problems.at(-1)).toBe('500 further problems are not listed.');
});

test('stops with the error when the catalogue cannot be read', async () => {
  await add('a/b', 'x');
  await expect(verify({ catalogue: { ...catalogue, blobs: fail }, blobs })).rejects.toThrow('away');
});
