import type {
  Admit,
  ArtifactTransfer,
  RegistryRow,
  RemoteFile,
  RemoteRelease,
  StoredArtifact,
} from '../../registry/index.ts';
import type { UpstreamClient } from '../client.ts';
import type { Turns } from '../lease.ts';
import { Slots } from '../slots.ts';
import { fetchArtifact, type ArtifactStores, type Wanted } from './fetch.ts';
import { Transfer } from './transfer.ts';

/** A file and a document for each lie ready before its turn has come: so many that the line to the upstream is never empty. */
const READY = 24;

export interface PullsOptions extends ArtifactStores {
  turns: Turns;
}

/** A file and its name. */
export interface FileName {
  registry: RegistryRow;
  name: string;
  file: string;
}

/** Where a file is to be had. */
export interface Found {
  client: UpstreamClient;
  where: RemoteFile;
  /** All that its document says of it. */
  release: () => Promise<RemoteRelease | undefined>;
  /** See `Upstream.artifact`. */
  admit: Admit;
}

/** The files that are on their way from upstreams, each once: whoever asks for one of them joins. */
export class ArtifactPulls {
  readonly #options: PullsOptions;
  readonly #transfers = new Map<string, Transfer>();
  /** What is being received or stored by this process; it does not include what other replicas are at. */
  readonly #working = new Set<Promise<unknown>>();
  /** Those who wait for the others with the same upstream. */
  readonly #lines = new WeakMap<UpstreamClient, Slots>();
  readonly #stop = new AbortController();

  constructor(options: PullsOptions) {
    this.#options = options;
  }

  /** As `Upstream.artifact`. `find` says where the file is to be had, undefined if nowhere. */
  pull(
    name: FileName,
    find: () => Promise<Found | undefined>,
  ): Promise<StoredArtifact | ArtifactTransfer | undefined> {
    const key = JSON.stringify([name.registry.id, name.name, name.file]);
    const joined = this.#transfers.get(key);
    if (joined) return joined.begun;
    const transfer = new Transfer();
    this.#transfers.set(key, transfer);
    // Nobody who goes away takes it along.
    void this.#run(key, name, find, transfer)
      .then(
        (artifact) => transfer.end(artifact),
        (error: unknown) => transfer.fail(error),
      )
      .finally(() => this.#transfers.delete(key));
    return transfer.begun;
  }

  /** Gives up what is being received, and waits for what is being stored. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#working);
  }

  async #run(
    key: string,
    { registry, name, file }: FileName,
    find: () => Promise<Found | undefined>,
    transfer: Transfer,
  ): Promise<StoredArtifact | undefined> {
    // Both at once: each may cost a query.
    const finding = find();
    finding.catch(() => {});
    let looked = false;
    const look = async () => {
      looked = true;
      const artifact = await this.#options.catalogue.findArtifact(registry.id, name, file);
      // Whoever asks for a version that its upstream took back wants to know whether it is there again.
      if (artifact?.vanishedAt !== null) return undefined;
      // What is stored of another upstream is another package.
      const isFrom = artifact.upstream === null || artifact.upstream === (await finding)?.client.base.href;
      return isFrom ? artifact : undefined;
    };
    const work = async () => {
      const found = await finding;
      if (!found) return undefined;
      // A previous transfer of this file may have ended between the caller's look and now.
      const artifact = looked ? undefined : await look();
      if (artifact) return artifact;
      return this.#work(this.#fetch({ registry, name, file, ...found }, transfer));
    };
    return this.#options.turns.take({ key: `pull ${key}`, look, work });
  }

  async #fetch(wanted: Wanted, transfer: Transfer): Promise<StoredArtifact | undefined> {
    const { client } = wanted;
    const slots = this.#lines.get(client) ?? new Slots(READY);
    this.#lines.set(client, slots);
    const giveBack = await slots.take({
      patience: client.timeouts.document,
      late: () => client.down('too many requests wait for it'),
      yields: false,
    });
    try {
      return await fetchArtifact(this.#options, wanted, transfer, this.#stop.signal);
    } finally {
      giveBack();
    }
  }

  async #work<T>(work: Promise<T>): Promise<T> {
    this.#working.add(work);
    try {
      return await work;
    } finally {
      this.#working.delete(work);
    }
  }
}
