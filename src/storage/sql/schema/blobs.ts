import type { Generated } from 'kysely';

export interface BlobTables {
  artifacts: ArtifactsTable;
  blobs: BlobsTable;
}

interface ArtifactsTable {
  id: Generated<number>;
  version_id: number;
  package_id: number;
  file: string;
  sha256: string;
  sha1: string;
  sha512: string;
  size: number;
  facts: string;
}

/** `barred` keys are tombstones: the sweeper took their bytes, and no publish may use them again. */
interface BlobsTable {
  key: string;
  sha256: string;
  size: number;
  state: 'stored' | 'barred';
  created_at: number;
}
