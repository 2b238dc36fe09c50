import type { Door } from '../doors/index.ts';
import { IndexDocuments, PackageDocuments, vaisDoor } from '../doors/vais/index.ts';
import type { ReadingWiring } from './reading.ts';
import type { Services } from './services.ts';
import { kontorVersion } from './version.ts';

/** Puts the Vais door together. */
export function createVais(
  { kontor, values, warn }: ReadingWiring,
  { reader, artifacts, publisher, downloads, analytics }: Services,
): Door {
  const { catalogue, blobs, accounts, registration, secondFactors, store } = kontor;
  const { registryRevisions: revisions } = store;
  return vaisDoor({
    catalogue,
    blobs,
    reader,
    artifacts,
    publisher,
    downloads,
    secondFactors,
    analytics,
    indexes: new IndexDocuments({ catalogue, revisions, reader, warn }),
    packages: new PackageDocuments(catalogue),
    revisions,
    listings: store.listings,
    version: kontorVersion(),
    maxTarballBytes: values.vaisMaxTarballBytes,
    atTop: values.profile === 'vais',
    accounts,
    registration,
    storeId: store.id,
    tokenDays: values.vaisTokenDays,
    corsOrigins: values.vaisCorsOrigins,
  });
}
