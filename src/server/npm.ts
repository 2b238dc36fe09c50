import { npmDoor, Documents, type NpmDoorOptions } from '../doors/npm/index.ts';
import type { Door } from '../doors/index.ts';
import { systemClock } from '../kernel/index.ts';
import { DownloadCounter, NewNames, Publisher, Signer, Stages, type Why } from '../registry/index.ts';
import { Answers } from '../upstream/index.ts';
import { keyWrap } from './key-wrap.ts';
import type { Kontor } from './kontor.ts';
import { createReading, type ReadingWiring } from './reading.ts';
import type { Upstreams } from './upstreams.ts';

export interface NpmParts {
  door: Door;
  publisher: Publisher;
  why: Why;
  /** Reports the downloads that were counted since the last time. */
  flushDownloads(): Promise<void>;
  close(): Promise<void>;
}

/** Puts the npm door together: its upstream, documents and keys. */
export async function createNpm({ kontor, values, ownUrls, warn }: ReadingWiring): Promise<NpmParts> {
  const {
    store,
    catalogue,
    blobs,
    accounts,
    organisations,
    secondFactors,
    registration,
    sharing,
    machines,
    trust,
    policies,
    claims,
    advisories,
  } = kontor;
  const reading = createReading({ kontor, values, ownUrls, warn });
  const { reader, upstreams, pullThroughs } = reading;
  await prepare(kontor, upstreams);
  const newNames = new NewNames({
    claims,
    policies,
    similar: store.similarNames,
    upstreams: pullThroughs,
  });
  const publisher = new Publisher(catalogue, store.rights, blobs, systemClock, newNames);
  const documents = new Documents(catalogue, systemClock);
  const downloads = new DownloadCounter(catalogue, systemClock);
  const options: NpmDoorOptions = {
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
    reader,
    advisories,
    answers: new Answers({
      answers: store.upstreamAnswers,
      clock: systemClock,
      remotesOf: upstreams.remotesOf,
      ownUrls,
      warn,
    }),
    publisher,
    stages: new Stages({
      stagedVersions: store.stagedVersions,
      catalogue,
      rights: store.rights,
      blobs,
      clock: systemClock,
      newNames,
    }),
    signer: new Signer(store.signingKeys, 'npm', keyWrap(values.secret), systemClock),
    registration,
    maxTarballBytes: values.maxTarballBytes,
  };
  return {
    door: npmDoor(options),
    publisher,
    why: reading.why,
    flushDownloads: () => downloads.flush(),
    close: async () => {
      await Promise.all([reading.close(), documents.close()]);
    },
  };
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
