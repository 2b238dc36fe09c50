import type { Door } from '../doors/index.ts';
import { zigDoor } from '../doors/zig/index.ts';
import { ContentLookUp } from '../registry/index.ts';
import type { ReadingWiring } from './reading.ts';
import type { Services } from './services.ts';

/** Puts the Zig door together. */
export function createZig(
  { kontor, values }: ReadingWiring,
  { reader, artifacts, publisher, downloads }: Services,
): Door {
  const { store, catalogue, blobs, secondFactors } = kontor;
  return zigDoor({
    catalogue,
    blobs,
    reader,
    contents: new ContentLookUp(store.contentHashes, reader),
    artifacts,
    publisher,
    downloads,
    secondFactors,
    maxTarballBytes: values.pantryMaxTarballBytes,
  });
}
