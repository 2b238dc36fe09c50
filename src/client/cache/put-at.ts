import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, makeFolders } from '../../kernel/light/index.ts';

/** Processes that replace or remove each other's trees come to an end: none needs longer than the other for its next step. */
export const ATTEMPTS = 20;

/** Renames into a folder that is made, and made again if another process clears the cache. */
export async function putAt(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await makeFolders(dirname(to));
      await rename(from, to);
      return;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    }
  }
}
