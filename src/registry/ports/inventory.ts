import type { VersionRow } from './rows.ts';

/** A package that is owned here, as a list of all has it. */
export interface ListedPackage {
  name: string;
  createdAt: number;
  updatedAt: number;
  /** Of everything under its name. */
  downloads: number;
  /** In the order in which they were published. */
  versions: (Pick<VersionRow, 'version' | 'publishedAt'> & { sha256: string; size: number })[];
  /** The version that the default tag shows; undefined if there is no such tag. */
  latest: (Pick<VersionRow, 'version' | 'manifest'> & { publishedBy: string | null }) | undefined;
}

/** Everything that is owned here, whoever may see it: for copies of the whole. */
export interface Inventory {
  /** Packages with a published version whose names come after `afterName`, in the order of their names. */
  packages(registryId: number, afterName: string, limit: number): Promise<ListedPackage[]>;
  /** Two answers that are equal: nothing but counts has changed between them. */
  state(registryId: number): Promise<string>;
}
