import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from './errors.ts';

const ATTEMPTS = 3;
/** Milliseconds before the second attempt; twice that before the third. */
const PAUSE = 200;

/**
 * Repeats what the SDK cannot, as it holds no bytes: requests whose body streams from the disk. `attempt` counts
 * from 1. `mayHelp`: whether the same may succeed after such an error.
 */
export async function retrying<T>(
  work: (attempt: number) => Promise<T>,
  mayHelp: (error: unknown) => boolean = isPassing,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt === ATTEMPTS || !mayHelp(error)) throw error;
    }
    await sleep(PAUSE * attempt * (0.5 + Math.random()));
  }
}
