import type { Generated } from 'kysely';

export interface LedgerTables {
  events: EventsTable;
  event_chain: EventChainTable;
  event_segments: EventSegmentsTable;
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
  /** Null in rows from before migration 0004, as are `via` and `result`. */
  actor_name: string | null;
  via: string | null;
  address: string | null;
  result: 'done' | 'refused' | null;
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

/** What is left of a stretch of the chain whose events retention has dropped. */
interface EventSegmentsTable {
  first_seq: number;
  last_seq: number;
  /** Hash of the last event dropped: the chain goes on from here. */
  hash: string;
  dropped_at: number;
}

interface LeasesTable {
  name: string;
  holder: string;
  expires_at: number;
}
