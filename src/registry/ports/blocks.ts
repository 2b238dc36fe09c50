import type { Actor, NewEvent } from '../../ledger/index.ts';
import type { Block } from '../../policy/index.ts';
import type { RegistryRow } from './rows.ts';

/** A block that somebody set. */
export interface BlockRow {
  id: number;
  /** Name of the registry, or null for all of them. */
  registry: string | null;
  /** Of names: see `matchesName`. */
  pattern: string;
  /** In the format's grammar; null: every version. */
  range: string | null;
  reason: string;
  /** Id of the advisory behind it, or null. */
  advisory: string | null;
  /** Name of whoever set it; null: the command line. */
  by: string | null;
  createdAt: number;
}

export interface AddBlockCommand extends Pick<BlockRow, 'pattern' | 'range' | 'reason' | 'advisory'> {
  /** Null: every registry. */
  registryId: number | null;
  event: NewEvent;
}

/** What is kept out of registries. A change counts at the next request of every replica. */
export interface Blocks {
  /** Everything that blocks versions of these names, by name, in one query however many they are. */
  on(registry: Pick<RegistryRow, 'id' | 'format'>, names: string[]): Promise<Map<string, Block[]>>;
  /** Those that somebody set, oldest first. */
  list(): Promise<BlockRow[]>;
  add(command: AddBlockCommand): Promise<BlockRow>;
  /** Fault `not_found`. */
  remove(command: { id: number; by: Actor; at: number }): Promise<BlockRow>;
}
