import { beforeEach, expect, test } from 'vitest';
import { memoryBlobs } from '../storage/memory/index.ts';
import type { BlobInfo, Blobs } from './ports/index.ts';
import { sweep, type SweepOptions } from './sweeper.ts';

const HOUR = 3_600_000;
const later = () => Date.now() + 2 * HOUR;

let blobs: Blobs;
/** Stored blob rows and barred keys, as far as a sweeper sees them. */
let stored: Set<string>;
let barred: Set<string>;
let largestQuestion: number;

const catalogue: SweepOptions['catalogue'] = {
  async knownKeys(asked) {
    largestQuestion = Math.max(largestQuestion, asked.length);
    return new Set(asked.filter((key) => stored.has(key)));
  },
  async barKey(key) {
    if (stored.has(key)) return false;
    barred.add(key);
    return true;
  },
};

beforeEach(() => {
  blobs = memoryBlobs();
  stored = new Set();
  barred = new Set();
  largestQuestion = 0;
});

const fail = () => Promise.reject(new Error('the database is away'));

async function put(key: string, content: string): Promise<void> {
  const staged = await blobs.stage();
  await staged.write(Buffer.from(content));
  await staged.finish();
  await staged.promote(key);
  await staged.discard();
}

async function keys(): Promise<string[]> {
  const infos: BlobInfo[] = [];
  for await (const info of blobs.list()) infos.push(info);
  return infos.map(({ key }) => key).toSorted();
}

test('removes objects without a row, after barring their keys, and counts them', async () => {
  await put('a/kept', 'x');
  await put('a/orphan', 'four');
  await put('b/orphan', 'fives');
  stored.add('a/kept');
  expect(await sweep({ catalogue, blobs, clock: later, grace: HOUR })).toEqual({
    staged: 0,
    orphans: 2,
    bytes: 9,
  });
  expect(await keys()).toEqual(['a/kept']);
  expect([...barred].toSorted()).toEqual(['a/orphan', 'b/orphan']);
});

test('leaves what is younger than the grace period, and asks nobody about it', async () => {
  await put('a/young', 'x');
  const staged = await blobs.stage();
  expect(await sweep({ catalogue, blobs, clock: Date.now, grace: HOUR })).toEqual({
    staged: 0,
    orphans: 0,
    bytes: 0,
  });
  expect(await keys()).toEqual(['a/young']);
  expect(largestQuestion).toBe(0);
  await staged.discard();
});

test('drops uploads older than the grace period', async () => {
  const staged = await blobs.stage();
  await staged.write(Buffer.from('x'));
  expect(await sweep({ catalogue, blobs, clock: later, grace: HOUR })).toEqual({
    staged: 1,
    orphans: 0,
    bytes: 0,
  });
  await staged.discard();
});

test('keeps the bytes of a publish that commits between the question and the bar', async () => {
  await put('a/late', 'x');
  const knownKeys: typeof catalogue.knownKeys = async (asked) => {
    const known = await catalogue.knownKeys(asked);
    stored.add('a/late');
    return known;
  };
  await sweep({ catalogue: { ...catalogue, knownKeys }, blobs, clock: later, grace: HOUR });
  expect(await keys()).toEqual(['a/late']);
  expect(barred.size).toBe(0);
});

test('never removes bytes whose key it could not bar', async () => {
  await put('a/orphan', 'x');
  await expect(
    sweep({ catalogue: { ...catalogue, barKey: fail }, blobs, clock: later, grace: HOUR }),
  ).rejects.toThrow('away');
  expect(await keys()).toEqual(['a/orphan']);
});

test('finishes what an earlier sweep barred and did not remove', async () => {
  await put('a/orphan', 'x');
  barred.add('a/orphan');
  expect(await sweep({ catalogue, blobs, clock: later, grace: HOUR })).toMatchObject({ orphans: 1 });
  expect(await keys()).toEqual([]);
});

test('asks for many keys in batches, and lets others run in between', async () => {
  for (let i = 0; i < 1000; i++) await put(`a/${i}`, 'x');
  let turns = 0;
  const count = () => {
    turns += 1;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  await sweep({ catalogue, blobs, clock: later, grace: HOUR });
  clearImmediate(timer);
  expect(await keys()).toEqual([]);
  expect(largestQuestion).toBeLessThanOrEqual(500);
  expect(turns).toBeGreaterThanOrEqual(2);
});
