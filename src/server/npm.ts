import { npmDoor, Documents, type NpmDoorOptions } from '../doors/npm/index.ts';
import type { Door } from '../doors/index.ts';
import { createNpmRemote, npmClientSettings } from '../formats/npm/index.ts';
import { systemClock } from '../kernel/index.ts';
import { DownloadCounter, Gate, NewNames, Publisher, Reader, Signer, Stages } from '../registry/index.ts';
import { Answers, PullThrough, Turns } from '../upstream/index.ts';
import type { Values } from './config/index.ts';
import { versionRanges } from './formats.ts';
import { keyWrap } from './key-wrap.ts';
import type { Kontor } from './kontor.ts';
import { Upstreams } from './upstreams.ts';

export interface NpmParts {
  door: Door;
  publisher: Publisher;
  /** Reports the downloads that were counted since the last time. */
  flushDownloads(): Promise<void>;
  close(): Promise<void>;
}

export interface NpmWiring {
  kontor: Kontor;
  values: Values;
  /** URLs under which this server is reached, so that it never asks itself. */
  ownUrls: () => string[];
  warn: (message: string) => void;
}

/** Puts the npm door together: its upstream, documents and keys. */
export async function createNpm({ kontor, values, ownUrls, warn }: NpmWiring): Promise<NpmParts> {
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
  const format = createNpmRemote();
  const upstreams = new Upstreams({
    kinds: new Map([
      [
        'npm',
        {
          format,
          source: (url) => npmClientSettings({ warn, ...(url !== 'npm' && { registry: url }) }),
        },
      ],
    ]),
    storeId: store.id,
    ownUrls,
  });
  await prepare(kontor, upstreams);
  const pullThrough = new PullThrough({
    catalogue,
    blobs,
    clock: systemClock,
    maxTarballBytes: values.maxTarballBytes,
    documents: store.upstreamDocuments,
    turns: new Turns({ leases: store.leases, clock: systemClock, shared: store.shared }),
    remotesOf: upstreams.remotesOf,
    ownUrls,
    warn,
  });
  const byFormat = new Map([['npm', pullThrough]]);
  const newNames = new NewNames({
    claims,
    policies,
    similar: store.similarNames,
    upstreams: byFormat,
  });
  const publisher = new Publisher(catalogue, store.rights, blobs, systemClock, newNames);
  const gate = new Gate({
    blocks: store.blocks,
    policies,
    ranges: versionRanges,
    clock: systemClock,
  });
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
    reader: new Reader(catalogue, store.rights, byFormat, policies, claims, gate),
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
    flushDownloads: () => downloads.flush(),
    close: async () => {
      await Promise.all([pullThrough.close(), documents.close(), format.close(), upstreams.close()]);
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
