import type { Clock } from '../kernel/index.ts';
import type { Blobs, Catalogue, Policies } from '../registry/index.ts';
import type { Spared, UpstreamCache } from './cache-store.ts';

const DAY = 86_400_000;
/** For how long a document is kept that nobody asks for, where room is needed. */
const DOCUMENT_DAYS = 30;
/** Of the cap, for documents where tarballs would have to go: names come back at once, tarballs are what it is for. */
const DOCUMENTS_SHARE = 0.5;
/** Versions or documents in one transaction. */
const BATCH = 200;
/** How far below its cap the cache is brought, so that not every pull is followed by an eviction. */
const ROOM = 0.05;

export interface CacheKeeperOptions {
  cache: UpstreamCache;
  catalogue: Pick<Catalogue, 'registries'>;
  policies: Policies;
  blobs: Pick<Blobs, 'remove'>;
  clock: Clock;
  /** Bytes that the cache may take; undefined: any number. */
  cap: number | undefined;
}

export interface CacheRun {
  versions: number;
  documents: number;
  /** Names forgotten that the upstream did not have. */
  missing: number;
  /** Bytes of versions and documents that went. */
  bytes: number;
  /** Bytes over the cap that could not go. */
  over: number;
}

/**
 * Keeps what was pulled from upstreams below a number of bytes. What nobody has used for the longest time goes first; what is owned
 * here is never looked at.
 */
export class CacheKeeper {
  readonly #options: CacheKeeperOptions;
  /** Barred in the run before. Who was about to read such a file then has begun since; after a crash the sweeper finds them. */
  #leaving: string[] = [];

  constructor(options: CacheKeeperOptions) {
    this.#options = options;
  }

  async run(): Promise<CacheRun> {
    const { cache, cap, clock } = this.#options;
    await this.#removeBytes();
    const done: CacheRun = { versions: 0, documents: 0, missing: 0, bytes: 0, over: 0 };
    done.missing = await cache.forgetMissing(clock() - DAY);
    if (cap === undefined) return done;
    const size = await cache.size();
    if (size.versions + size.documents <= cap) return done;
    const wanted = size.versions + size.documents - cap * (1 - ROOM);
    const spared = await this.#spared();
    const now = clock();
    await this.#dropDocuments(spared, now - DOCUMENT_DAYS * DAY, wanted, done);
    // Bytes of documents are all that went so far.
    const excess = size.documents - cap * DOCUMENTS_SHARE;
    await this.#dropDocuments(spared, now, Math.min(wanted, excess), done);
    await this.#evict(spared, wanted, done);
    done.over = Math.max(0, size.versions + size.documents - done.bytes - cap);
    return done;
  }

  async #removeBytes(): Promise<void> {
    for (const key of this.#leaving.splice(0)) await this.#options.blobs.remove(key);
  }

  /** Until `wanted` bytes are done, or there are no more documents that were checked before. */
  async #dropDocuments(spared: Spared, before: number, wanted: number, done: CacheRun): Promise<void> {
    const { cache } = this.#options;
    while (done.bytes < wanted) {
      const which = { before, limit: BATCH, bytes: wanted - done.bytes };
      const { documents, bytes } = await cache.dropDocuments(spared, which);
      if (documents === 0) return;
      done.documents += documents;
      done.bytes += bytes;
    }
  }

  async #evict(spared: Spared, wanted: number, done: CacheRun): Promise<void> {
    const { cache, clock } = this.#options;
    while (done.bytes < wanted) {
      const oldest = await cache.leastUsed(spared, BATCH);
      let bytes = done.bytes;
      const chosen = oldest.filter((version) => {
        const isNeeded = bytes < wanted;
        bytes += version.bytes;
        return isNeeded;
      });
      if (chosen.length === 0) return;
      const gone = await cache.evict(chosen, clock());
      this.#leaving.push(...gone.keys);
      done.versions += gone.versions;
      done.bytes += gone.bytes;
      // All of them were used again meanwhile: the next run looks anew.
      if (gone.versions === 0) return;
    }
  }

  async #spared(): Promise<Spared> {
    const { cache, catalogue, policies } = this.#options;
    const spared: Spared = { registries: [], vanished: [] };
    const rows = new Map((await catalogue.registries()).map((row) => [row.id, row]));
    for (const { registryId, policyRevision } of await cache.revisions()) {
      const row = rows.get(registryId);
      if (row === undefined) continue;
      const { offline, vanished } = await policies.of(row, policyRevision);
      if (offline) spared.registries.push(registryId);
      else if (vanished === 'keep') spared.vanished.push(registryId);
    }
    return spared;
  }
}
