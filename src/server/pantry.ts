import type { Door } from '../doors/index.ts';
import { pantryDoor } from '../doors/pantry/index.ts';
import type { RegistryTable } from './http/registries.ts';
import type { ReadingWiring } from './reading.ts';
import type { Services } from './services.ts';

/** Puts the pantry door together. */
export function createPantry(
  { kontor, values }: ReadingWiring,
  services: Services,
  registries: Pick<RegistryTable, 'get'>,
): Door {
  const { catalogue, blobs, secondFactors } = kontor;
  const { reader, artifacts, files, publisher, previews, downloads, signer, contents, answers, analytics } =
    services;
  return pantryDoor({
    catalogue,
    blobs,
    reader,
    artifacts,
    files,
    publisher,
    previews,
    downloads,
    analytics,
    alsoCounted: () => [registries.get('zig')].filter((row) => row !== undefined),
    contents,
    answers,
    secondFactors,
    signer,
    maxTarballBytes: values.pantryMaxTarballBytes,
  });
}
