import type { Generated } from 'kysely';

export interface GateTables {
  blocks: BlocksTable;
}

interface BlocksTable {
  id: Generated<number>;
  /** Null: every registry. */
  registry_id: number | null;
  pattern: string;
  /** 1: the pattern ends in `*` and covers more than one name. */
  wide: number;
  version_range: string | null;
  reason: string;
  advisory: string | null;
  created_by: string | null;
  created_at: number;
}
