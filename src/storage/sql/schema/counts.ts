export interface CountTables {
  downloads: DownloadsTable;
  preview_downloads: PreviewDownloadsTable;
  version_downloads: VersionDownloadsTable;
  name_downloads: NameDownloadsTable;
  registry_downloads: RegistryDownloadsTable;
  missing_versions: MissingVersionsTable;
  count_batches: CountBatchesTable;
}

/** Days are days since 1970-01-01, UTC. */
interface DownloadsTable {
  version_id: number;
  package_id: number;
  day: number;
  count: number;
}

/** Of previews, whose names need no package. */
interface PreviewDownloadsTable {
  registry_id: number;
  name: string;
  label: string;
  day: number;
  count: number;
}

/** Sums of the two above, of all days. */
interface VersionDownloadsTable {
  registry_id: number;
  name: string;
  /** 1: `version` is the label of a preview. */
  preview: number;
  version: string;
  downloads: number;
}

/** Sums of both, of a name. */
interface NameDownloadsTable {
  registry_id: number;
  name: string;
  downloads: number;
  /** Null where nobody knows any more. */
  last_at: number | null;
}

/** Everything in a registry. */
interface RegistryDownloadsTable {
  registry_id: number;
  day: number;
  count: number;
}

/** Versions that somebody asked for and that were not there. */
interface MissingVersionsTable {
  registry_id: number;
  name: string;
  version: string;
  requests: number;
  last_at: number;
}

/** Batches of counts that were added, so that none is added again. */
interface CountBatchesTable {
  id: string;
  at: number;
}
