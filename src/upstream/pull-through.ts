import { isFault } from '../kernel/index.ts';
import type {
  ArtifactTransfer,
  IngestedDocument,
  RegistryRow,
  StoredArtifact,
  Upstream,
  UpstreamDocument,
  UpstreamScope,
} from '../registry/index.ts';
import { ArtifactPulls, type Found, type PullsOptions } from './artifacts/index.ts';
import { fetchDocument, type Remote } from './documents.ts';
import { isOwnUrl } from './self.ts';
import { SingleFlight } from './single-flight.ts';
import type { StoredDocument, UpstreamDocuments } from './store.ts';

const FRESH_MS = 5 * 60_000;
const MISSING_MS = 60_000;
/** After an upstream could not be asked, what is stored is served for so long without another try. */
const DOWN_MS = 10_000;

export interface PullThroughOptions extends PullsOptions {
  /** The upstreams that the policy names, in its order; ours are among them. */
  remotesOf: (scope: UpstreamScope) => Promise<Remote[]>;
  /** Base URLs at which this server is reached. */
  ownUrls: () => string[];
  documents: UpstreamDocuments;
  /** For the operator's log; a sentence. */
  warn: (message: string) => void;
}

/** A document with the index to its files. */
type Held = Omit<UpstreamDocument, 'load'> & IngestedDocument;

/**
 * Pull-through from one upstream a registry: known and fresh, no request; stale, revalidated; upstream down, served
 * stale; not found, remembered for a minute. Concurrent callers for the same thing share one request.
 */
export class PullThrough implements Upstream {
  readonly #options: PullThroughOptions;
  readonly #documents = new SingleFlight<Held | undefined>();
  readonly #artifacts: ArtifactPulls;
  /** Registry id to the moment until which its upstream is taken for down. */
  readonly #downUntil = new Map<number, number>();
  readonly #warnedOfSelf = new Set<number>();

  constructor(options: PullThroughOptions) {
    this.#options = options;
    this.#artifacts = new ArtifactPulls(options);
  }

  async document(scope: UpstreamScope, name: string): Promise<UpstreamDocument | undefined> {
    const held = await this.#held(scope, name);
    if (!held) return undefined;
    const { body, etag, fetchedAt, freshUntil, stale } = held;
    return { load: () => Promise.resolve(body), etag, fetchedAt, freshUntil, stale };
  }

  async glance({ registry }: UpstreamScope, name: string): Promise<void> {
    await this.#options.documents.get(registry.id, name);
  }

  artifact(
    scope: UpstreamScope,
    name: string,
    file: string,
  ): Promise<StoredArtifact | ArtifactTransfer | undefined> {
    const { registry } = scope;
    return this.#artifacts.pull({ registry, name, file }, () => this.#locate(scope, name, file));
  }

  /** Gives up the files that are on their way, and waits until what is being stored is stored. */
  close(): Promise<void> {
    return this.#artifacts.close();
  }

  async #locate(scope: UpstreamScope, name: string, file: string): Promise<Found | undefined> {
    const remote = await this.#remote(scope);
    const held = remote && (await this.#held(scope, name));
    const where = held && (await remote.format.locate(held.index, file));
    if (!where) return undefined;
    return { client: remote.client, where, release: () => remote.format.release(held, file) };
  }

  #held(scope: UpstreamScope, name: string): Promise<Held | undefined> {
    return this.#documents.run(JSON.stringify([scope.registry.id, name]), () => this.#find(scope, name));
  }

  async #find(scope: UpstreamScope, name: string): Promise<Held | undefined> {
    const { registry } = scope;
    const stored = await this.#options.documents.get(registry.id, name);
    const now = this.#options.clock();
    const remote = await this.#remote(scope);
    // Without an upstream there is nothing newer that one could miss.
    if (!remote) return heldOf(stored, now + FRESH_MS, false);
    if (stored) {
      const freshUntil = stored.checkedAt + (stored.status === 'found' ? FRESH_MS : MISSING_MS);
      if (now >= stored.checkedAt && now < freshUntil) return heldOf(stored, freshUntil, false);
      const downUntil = this.#downUntil.get(registry.id) ?? 0;
      if (stored.status === 'found' && now < downUntil) return heldOf(stored, downUntil, true);
    }
    return this.#revalidate(remote, registry, name, stored, now);
  }

  async #revalidate(
    remote: Remote,
    registry: RegistryRow,
    name: string,
    stored: StoredDocument | undefined,
    now: number,
  ): Promise<Held | undefined> {
    const { documents, warn } = this.#options;
    try {
      const answer = await fetchDocument(remote, registry, name, stored, now);
      this.#downUntil.delete(registry.id);
      if (answer !== 'unchanged') {
        await documents.put(answer);
        return heldOf(answer, now + FRESH_MS, false);
      }
      await documents.touch(registry.id, name, now);
      return heldOf(stored, now + FRESH_MS, false);
    } catch (error) {
      if (!isFault(error)) throw error;
      const held = heldOf(stored, now + DOWN_MS, true);
      if (isFault(error, 'upstream_down')) this.#downUntil.set(registry.id, now + DOWN_MS);
      if (!held) throw error;
      warn(`Serving the stored ${name} of registry ${registry.name}: ${error.message}`);
      return held;
    }
  }

  async #remote(scope: UpstreamScope): Promise<Remote | undefined> {
    const { registry } = scope;
    const [remote] = await this.#options.remotesOf(scope);
    if (!remote || !isOwnUrl(remote.client.base, this.#options.ownUrls())) return remote;
    if (!this.#warnedOfSelf.has(registry.id)) {
      this.#warnedOfSelf.add(registry.id);
      this.#options.warn(
        `The upstream of registry ${registry.name} is this server itself, so it is not asked. Set KONTOR_NPM_UPSTREAM to another registry or to off.`,
      );
    }
    return undefined;
  }
}

function heldOf(stored: StoredDocument | undefined, freshUntil: number, stale: boolean): Held | undefined {
  if (!stored?.body || !stored.index) return undefined;
  const { body, index, etag, fetchedAt } = stored;
  return { body, index, etag, fetchedAt, freshUntil, stale };
}
