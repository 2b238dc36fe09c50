import { randomUUID } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, Fault } from '../../kernel/light/index.ts';

/** Milliseconds after which a lock has outlived its holder: what is done under it takes a few. */
const STALE = 10_000;
const PAUSE = 20;
const PATIENCE = 30_000;

/**
 * Does `work` while no other process does any under the same lock file. A lock whose holder was killed is taken over after ten seconds.
 * Fault `unavailable` if it cannot be had.
 */
export async function underLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (let waited = 0; !(await take(file)); waited += PAUSE) {
    if (waited >= PATIENCE) {
      throw new Fault('unavailable', `Another process holds ${file}. If none is running, delete that file.`);
    }
    if (!(await takeAway(file))) await sleep(PAUSE);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a lock away that nobody holds any more; false while somebody may. */
async function takeAway(file: string): Promise<boolean> {
  const seen = await stat(file).catch(() => undefined);
  if (seen === undefined) return true;
  if (Date.now() - seen.mtimeMs < STALE) return false;
  const aside = `${file}.${randomUUID()}`;
  // One process gets it, whoever else tries.
  const got = await rename(file, aside).then(
    () => stat(aside),
    () => undefined,
  );
  // Somebody was quicker and holds a new one, which is put back.
  if (got !== undefined && got.ino !== seen.ino) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
  return true;
}
