import type { Generated } from 'kysely';

export interface LedgerTables {
  events: EventsTable;
  event_chain: EventChainTable;
  leases: LeasesTable;
}

/** `seq` and `hash` are null until the sealer has come by. */
interface EventsTable {
  id: Generated<number>;
  seq: number | null;
  hash: string | null;
  type: string;
  at: number;
  actor_id: number | null;
  registry: string | null;
  package: string | null;
  version: string | null;
  detail: string;
}

/** One row: the end of the chain. Locking it makes one sealer wait for another. */
interface EventChainTable {
  id: number;
  seq: number;
  hash: string;
}

interface LeasesTable {
  name: string;
  holder: string;
  expires_at: number;
}
