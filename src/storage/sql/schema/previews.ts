import type { Generated } from 'kysely';

export interface PreviewTables {
  previews: PreviewsTable;
  preview_keys: PreviewKeysTable;
  preview_cursors: PreviewCursorsTable;
}

interface PreviewsTable {
  registry_id: number;
  sha: string;
  name: string;
  version: string | null;
  package_dir: string | null;
  repository: string | null;
  /** 1: for its publisher and administrators only. */
  restricted: number;
  publisher_id: number | null;
  published_by: string | null;
  published_at: number;
  key: string;
  sha256: string;
  sha1: string;
  sha512: string;
  size: number;
}

/** `barred` keys (1) are tombstones: the sweeper took their bytes, and no preview may use them again. */
interface PreviewKeysTable {
  key: string;
  barred: number;
  created_at: number;
}

/** What a branch or pull request of a repository points at, for each package, as each of its publishers says. */
interface PreviewCursorsTable {
  registry_id: number;
  name: string;
  owner: string;
  repo: string;
  ref: string;
  /** The user whose it is; 0: of all who publish the package that is owned here. */
  holder: Generated<number>;
  sha: string;
  run: number | null;
  moved_at: number;
}
