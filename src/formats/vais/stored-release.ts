/** What is kept of a published version, as JSON in its row; answers are made of it. What was not said is not there, a list is empty. */
export interface VaisRelease {
  name: string;
  version: string;
  description?: string;
  license?: string;
  /** As in the manifest; who owns the package is another matter. */
  authors: string[];
  homepage?: string;
  repository?: string;
  documentation?: string;
  keywords: string[];
  categories: string[];
  dependencies: ReleaseDependency[];
}

/** In the shape of protocols/vais 2. */
export interface ReleaseDependency {
  name: string;
  /** The constraint as it was written; `*` where there was none, as for a path. */
  version_req: string;
  features?: string[];
  optional?: true;
  target?: string;
  kind: 'normal' | 'dev' | 'build';
}

/** An entry of `versions` in the index without what changes later: the summary in a version's row, as JSON. */
export interface IndexEntry {
  version: string;
  /** Lower-case hex SHA-256 of the archive. */
  checksum: string;
  /** Normal dependencies only; left out if there are none. */
  dependencies?: Record<string, { req: string; features?: string[]; optional?: true; target?: string }>;
  /** Of the archive, bytes. */
  size: number;
}
