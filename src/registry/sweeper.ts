import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../kernel/index.ts';
import type { BlobInfo, Blobs, Catalogue } from './ports/index.ts';

export interface SweepOptions {
  catalogue: Pick<Catalogue, 'knownKeys' | 'barKey'>;
  blobs: Pick<Blobs, 'sweepStaged' | 'list' | 'remove'>;
  clock: Clock;
  /** Milliseconds for which anything new is left alone; longer than any honest upload. */
  grace: number;
}

export interface SweepResult {
  /** Unfinished uploads removed. */
  staged: number;
  /** Objects removed that no blob row names. */
  orphans: number;
  /** Bytes of those objects. */
  bytes: number;
}

/** Keys per question to the catalogue. */
const BATCH = 200;

/**
 * Removes what crashed or refused publishes left behind. May run beside publishes and beside other sweepers.
 *
 * Why it cannot take bytes that a publish relies on: a publish promotes its bytes to a key first and commits the blob
 * row for that key after. `barKey` writes to the same row, so one of the two comes first. If the publish does, the key is
 * not barred and the bytes stay. If the bar does, the publish finds its key gone, promotes its staged bytes under
 * another and commits that. The bytes go only after the bar is committed, so no row ever names what is about to be
 * removed; and as a barred key is barred for ever, a removal that is delayed cannot meet new bytes. The grace period
 * is not what makes this safe; it keeps the sweeper from troubling publishes that are under way.
 *
 * A crash between bar and removal leaves an orphan that the next sweep bars, to the same effect, and removes.
 */
export async function sweep({ catalogue, blobs, clock, grace }: SweepOptions): Promise<SweepResult> {
  const before = clock() - grace;
  const result: SweepResult = { staged: await blobs.sweepStaged(before), orphans: 0, bytes: 0 };
  for await (const batch of oldObjects(blobs, before)) {
    const known = await catalogue.knownKeys(batch.map(({ key }) => key));
    for (const { key, size } of batch) {
      if (known.has(key) || !(await catalogue.barKey(key, clock()))) continue;
      await blobs.remove(key);
      result.orphans += 1;
      result.bytes += size;
    }
    // Answers from memory never let the event loop turn.
    await nextTurn();
  }
  return result;
}

async function* oldObjects(blobs: Pick<Blobs, 'list'>, before: number): AsyncGenerator<BlobInfo[]> {
  let batch: BlobInfo[] = [];
  for await (const object of blobs.list()) {
    if (object.changedAt >= before) continue;
    batch.push(object);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
