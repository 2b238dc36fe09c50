import type { PreviewQuery, PreviewRow } from '../previews/index.ts';
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

export interface PreviewPage extends PreviewQuery {
  order: 'commit' | 'name';
  after: Pick<PreviewRow, 'sha' | 'name'> | undefined;
  limit: number;
}

/** Everything that is owned here, whoever may see it: for copies of the whole. */
export interface Inventory {
  /** Packages with a published version whose names come after `afterName`, in the order of their names. */
  packages(registryId: number, afterName: string, limit: number): Promise<ListedPackage[]>;
  /** Previews in the order of their commits and names, or of their names and commits, after `after`. */
  previews(query: PreviewPage): Promise<PreviewRow[]>;
  /** Two answers that are equal: nothing but counts has changed between them. */
  state(registryId: number): Promise<string>;
}
