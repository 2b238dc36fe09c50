import type { Generated } from 'kysely';

export interface AdvisoryTables {
  advisories: AdvisoriesTable;
  advisory_packages: AdvisoryPackagesTable;
}

interface AdvisoriesTable {
  id: Generated<number>;
  /** What the operator calls the database that it came with. */
  source: string;
  /** Its id in that database. */
  osv_id: string;
  /** 1: the package is an attack. */
  malicious: number;
  modified_at: number;
  /** JSON of the rest of an `Advisory`. */
  body: string;
}

interface AdvisoryPackagesTable {
  advisory_id: number;
  format: string;
  name: string;
  /** In the words of the format. */
  range: string;
}
