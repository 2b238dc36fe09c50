import type { SearchQuery } from './search.ts';

/** A page of a list of names in order: it reads `limit` rows, however long the list is. */
export interface NamePage {
  registryId: number;
  /** What the names begin with. */
  beginning: string;
  /** The last name of the page before; null for the first page. */
  after: string | null;
  limit: number;
}

/** What names of our own there are, to compare a new one with. */
export interface SimilarNames {
  /** Scopes, without `@`, in which something was published here, in order. */
  scopes(page: NamePage): Promise<string[]>;
  /** Packages, in order, those of an upstream too; nobody must learn of them before `visible` says so. */
  names(page: NamePage): Promise<string[]>;
  /** Those that are our own and that the reader may see: of names, and of scopes (`@acme/`), which show where one of their packages does. */
  visible(query: {
    registryId: number;
    names: string[];
    readerId: SearchQuery['readerId'];
  }): Promise<string[]>;
}
