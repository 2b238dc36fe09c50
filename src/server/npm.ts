import { npmDoor, Documents } from '../doors/npm/index.ts';
import type { Door } from '../doors/index.ts';
import { systemClock } from '../kernel/index.ts';
import type { Kontor } from './kontor.ts';
import type { ReadingWiring } from './reading.ts';
import type { Services } from './services.ts';
import type { Upstreams } from './upstreams.ts';

export interface NpmParts {
  door: Door;
  close(): Promise<void>;
}

/** Puts the npm door together: its documents, keys and what it asks upstreams besides. */
export async function createNpm(
  { kontor, values }: ReadingWiring,
  { reader, publisher, stages, downloads, analytics, artifacts, signer, answers, upstreams }: Services,
): Promise<NpmParts> {
  const {
    catalogue,
    blobs,
    accounts,
    organisations,
    secondFactors,
    registration,
    sharing,
    machines,
    trust,
    advisories,
  } = kontor;
  await prepare(kontor, upstreams);
  const documents = new Documents(catalogue, systemClock);
  const door = npmDoor({
    catalogue,
    blobs,
    accounts,
    secondFactors,
    machines,
    signOn: values.oidcIssuer !== undefined,
    trust,
    publicUrl: values.publicUrl,
    organisations,
    sharing,
    documents,
    downloads,
    analytics,
    reader,
    artifacts,
    advisories,
    answers,
    publisher,
    stages,
    signer,
    registration,
    maxTarballBytes: values.maxTarballBytes,
  });
  return { door, close: () => documents.close() };
}

/**
 * Reads what every registry lets in before anybody asks: what is wrong with it is said by the start, and the first client does not wait
 * for it. Fault `config_invalid` for credentials that `KONTOR_SECRET` does not unwrap.
 */
async function prepare({ catalogue, policies }: Kontor, upstreams: Upstreams): Promise<void> {
  for (const registry of await catalogue.registries()) {
    const scope = { registry, policy: await policies.of(registry, 0) };
    // The log has why one cannot be reached; it is tried again when somebody asks.
    await upstreams.remotesOf(scope).catch(() => undefined);
  }
}
