import type { PreviewReader } from '../previews/index.ts';

/** Downloads of a version on a day, counted since the last report. */
export interface DownloadCount {
  packageId: number;
  versionId: number;
  /** Days since 1970-01-01, UTC. */
  day: number;
  count: number;
  /** When the last of them was, milliseconds. */
  lastAt: number;
}

/** Downloads of a preview on a day; its name needs no package here. */
export interface PreviewCount {
  registryId: number;
  name: string;
  /** What it is listed by: the first digits of its commit. */
  label: string;
  day: number;
  count: number;
  lastAt: number;
}

/** How often a version was asked for that is not there. */
export interface MissingCount {
  registryId: number;
  name: string;
  version: string;
  count: number;
  lastAt: number;
}

/** What is written at once. */
export interface CountBatch {
  /** Of this batch alone: one that comes twice is added once. */
  id: string;
  at: number;
  releases: DownloadCount[];
  previews: PreviewCount[];
  missing: MissingCount[];
}

export interface DayCount {
  day: number;
  count: number;
}

export interface Days {
  /** Both inclusive, as days since 1970-01-01, UTC. */
  first: number;
  last: number;
}

export interface VersionTotal {
  /** Its number, or the label of a preview. */
  version: string;
  isPreview: boolean;
  downloads: number;
}

export interface MissingVersion {
  version: string;
  requests: number;
  lastAt: number;
  /** It was published since then. */
  isThere: boolean;
}

export interface TopQuery {
  registryId: number;
  reader: PreviewReader;
  /** As in `PreviewQuery`. */
  goneUntil: number;
  /** Only what comes after this one. */
  after: { downloads: number; name: string } | null;
  limit: number;
}

export interface TopEntry {
  name: string;
  downloads: number;
  /** `preview`: nothing but previews is here of it. */
  origin: 'local' | 'upstream' | 'preview';
}

/**
 * What was counted. A name's number is the sum of its versions' and its previews' downloads. Numbers of a version outlive its removal;
 * those of an upstream's package go when its name becomes ours.
 */
export interface CountStore {
  /** Adds to the counters, once for each batch. What is about versions that were taken away meanwhile is left out. */
  add(batch: CountBatch): Promise<void>;
  /** Days with downloads of a name, in order. */
  days(registryId: number, name: string, days: Days): Promise<DayCount[]>;
  /** Of a name; undefined if it was never downloaded. */
  total(registryId: number, name: string): Promise<{ downloads: number; lastAt: number | null } | undefined>;
  /** By downloads, then by version; only those that were downloaded. */
  versions(registryId: number, name: string): Promise<VersionTotal[]>;
  /** What is downloaded most of what the reader may see; names that are equally popular in the order of the alphabet. */
  top(query: TopQuery): Promise<TopEntry[]>;
  /** Days with downloads of anything in a registry, in order. */
  registryDays(registryId: number, days: Days): Promise<DayCount[]>;
  /** What is asked for most and not there, the most recent first among equals. */
  missing(registryId: number, name: string, limit: number): Promise<MissingVersion[]>;
  /** Forgets missing versions that nobody asked for since `missing`, and batches from before `batches`; milliseconds. */
  tidy(before: { missing: number; batches: number }): Promise<void>;
}
