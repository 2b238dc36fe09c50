import type { NewEvent } from '../../ledger/index.ts';
import type { Block } from '../../policy/index.ts';
import type { Advisory, Severity, StoredAdvisory } from './advisory.ts';

/** Records of one database to be stored, at most a few hundred. */
export interface PutAdvisories {
  source: string;
  advisories: Advisory[];
}

export interface RemoveAdvisories {
  ids: string[];
  /** Null: from whatever database they came. */
  source: string | null;
  /** Written with it, and every replica judges by the change at once; null: `announce` follows, and only attacks count before. */
  event: NewEvent | null;
}

export interface AdvisoryQuery {
  /** Only those about this package, of whatever format. */
  name?: string;
  malicious?: boolean;
  /** Only those behind it in the list. */
  after?: { id: string; source: string };
  limit: number;
}

/** An advisory about one package. */
export interface AdvisoryOn extends Omit<StoredAdvisory, 'affected'> {
  name: string;
  range: string;
}

/** A package that is stored here, or was pulled, and the advisories about some of its versions. */
export interface AdvisedPackage {
  packageId: number;
  registry: string;
  format: string;
  name: string;
  origin: 'local' | 'upstream';
  /** Those that can be installed. */
  versions: string[];
  advisories: { id: string; source: string; severity: Severity; summary: string; range: string }[];
}

/** Advisories that were imported. What is known of each database is a set of its own: two may have the same record. */
export interface AdvisoryStore {
  /** When the stored records among `ids` were last modified. */
  modified(source: string, ids: string[]): Promise<Map<string, number>>;
  /**
   * Stores these in place of older ones; one that is stored as new or newer stays. Answers how many were stored. Every replica judges
   * by those about attacks at once; by the others from `announce` on.
   */
  put(command: PutAdvisories): Promise<number>;
  /** Answers how many there were; without any, nothing is written. */
  remove(command: RemoveAdvisories): Promise<number>;
  /** From then on every replica judges by what is stored. */
  announce(event: NewEvent): Promise<void>;

  /** Ids of a database in their order, after `after`. */
  ids(source: string, after: string, limit: number): Promise<string[]>;
  /** In the order of ids. */
  list(query: AdvisoryQuery): Promise<StoredAdvisory[]>;
  /** The record as each database has it. */
  find(id: string): Promise<StoredAdvisory[]>;
  /** What is known about packages of a format. */
  about(format: string, names: string[]): Promise<AdvisoryOn[]>;
  /** What the records about attacks keep out, by name, in one query however many names there are. */
  attacks(format: string, names: string[]): Promise<Map<string, Block[]>>;
  /** Packages that an advisory names, in the order of their ids, after `afterId`. */
  advised(afterId: number, limit: number): Promise<AdvisedPackage[]>;
}
