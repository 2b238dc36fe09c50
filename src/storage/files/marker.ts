import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isAbsent } from '../file-errors.ts';
import { stageFile } from '../staged-file.ts';
import type { StoreMarker } from '../store-marker.ts';
import { Folders } from './folders.ts';
import { place } from './place.ts';

/** The marker of a folder of blobs: the file `<root>/.store`, which no key can name. */
export function fileMarker(root: string): StoreMarker {
  const absolute = resolve(root);
  const name = join(absolute, '.store');
  return {
    name,
    read: async () => {
      try {
        return (await readFile(name, 'utf8')).trim();
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    write: async (storeId) => {
      // As blobs come to their names: nobody ever reads half a marker, whenever the power goes.
      const staged = await stageFile(join(absolute, '.staging', randomUUID()), async ({ path, sync }) => {
        await sync();
        return place(new Folders(absolute), path, name);
      });
      try {
        await staged.write(Buffer.from(`${storeId}\n`));
        await staged.finish();
        return await staged.promote('.store');
      } finally {
        await staged.discard();
      }
    },
  };
}
