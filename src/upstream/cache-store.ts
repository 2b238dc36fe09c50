/** A version of an upstream's package whose file is stored here. */
export interface CachedVersion {
  versionId: number;
  bytes: number;
  /** When it was pulled or last asked for, milliseconds. */
  usedAt: number;
}

/** What of an upstream's things takes room, bytes. */
export interface CacheSize {
  versions: number;
  documents: number;
}

/** What may go. Registries are ids; what is in none of the lists may. */
export interface Spared {
  /** Nothing of these: what goes there could not be fetched again. */
  registries: number[];
  /** Of these no version that the upstream does not list any more. */
  vanished: number[];
}

export interface OldDocuments {
  /** Milliseconds. */
  before: number;
  /** At most so many. */
  limit: number;
  /** No more than it takes to free so many. */
  bytes: number;
}

/** What an eviction took. */
export interface Eviction {
  versions: number;
  /** Of their files, whether or not something else needs the same bytes. */
  bytes: number;
  /** Keys that are barred since then: their bytes may be removed, and nothing will ever be stored under them again. */
  keys: string[];
}

/** What a cache holds that can be fetched again. Never touches what is owned here. */
export interface UpstreamCache {
  size(): Promise<CacheSize>;
  /** The registries with what `Policies` needs to tell their policies. */
  revisions(): Promise<{ registryId: number; policyRevision: number }[]>;
  /** Those that nobody has used for the longest time, first. */
  leastUsed(spared: Spared, limit: number): Promise<CachedVersion[]>;
  /**
   * Takes the files of these versions away, but of those that were used again since. What was there is written down as one event for
   * each registry; the next who asks for such a version has it pulled again.
   */
  evict(versions: CachedVersion[], at: number): Promise<Eviction>;
  /** Forgets which names the upstream did not have, as heard before then; how many. */
  forgetMissing(before: number): Promise<number>;
  /** Takes away documents that the upstream was not asked for since then, oldest first. */
  dropDocuments(spared: Spared, which: OldDocuments): Promise<{ documents: number; bytes: number }>;
}
