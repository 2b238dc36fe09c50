import type { SearchQuery } from './search.ts';

/** Part of a list of names, so that work on it is bounded. */
export interface NameRange {
  registryId: number;
  /** What the names begin with. */
  beginning: string;
  /** Characters, the beginning included; both inclusive. */
  shortest: number;
  longest: number;
  limit: number;
  /** Only names whose rest, after the beginning, has this first character or this last one; null for all. */
  ends: { first: string; last: string } | null;
}

/** What names of our own there are, to compare a new one with. */
export interface SimilarNames {
  /** Scopes, without `@`, in which something was published here, in order. */
  scopes(range: NameRange): Promise<string[]>;
  /** Packages, in order, those of an upstream too; nobody must learn of them before `visible` says so. */
  names(range: NameRange): Promise<string[]>;
  /** Those that are our own and that the reader may see: of names, and of scopes (`@acme/`), which show where one of their packages does. */
  visible(query: {
    registryId: number;
    names: string[];
    readerId: SearchQuery['readerId'];
  }): Promise<string[]>;
}
