import type { Door } from '../doors/index.ts';
import { pantryDoor } from '../doors/pantry/index.ts';
import type { ReadingWiring } from './reading.ts';
import type { Services } from './services.ts';

/** Puts the pantry door together. */
export function createPantry({ kontor, values }: ReadingWiring, services: Services): Door {
  const { catalogue, blobs, secondFactors } = kontor;
  const { reader, artifacts, files, publisher, previews, downloads, signer } = services;
  return pantryDoor({
    catalogue,
    blobs,
    reader,
    artifacts,
    files,
    publisher,
    previews,
    downloads,
    secondFactors,
    signer,
    maxTarballBytes: values.maxTarballBytes,
  });
}
