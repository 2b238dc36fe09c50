import type { Generated } from 'kysely';

export interface NotifyTables {
  known_networks: KnownNetworksTable;
  event_readers: EventReadersTable;
  deliveries: DeliveriesTable;
}

interface KnownNetworksTable {
  user_id: number;
  /** An IPv4 address, or the first 64 bits of an IPv6 address. */
  network: string;
  last_login: number;
}

/** `seq` of the last event that a reader has seen. */
interface EventReadersTable {
  name: string;
  seq: number;
}

interface DeliveriesTable {
  id: Generated<number>;
  reader: string;
  /** JSON of the reader's own. */
  body: string;
  created_at: number;
  tries: Generated<number>;
  due_at: number;
}
