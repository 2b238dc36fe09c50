import type { Actor } from '../../ledger/index.ts';

/** A policy that is to be kept from now on. */
export interface SetPolicy {
  registryId: number;
  /** JSON of `PolicySettings`, its secrets wrapped; null: everything is as by default. */
  body: string | null;
  /** What it replaces, as it was read: Fault `conflict` if it is another one by now. */
  expected: string | null;
  by: Actor;
  at: number;
  /** What changes, without secrets. */
  detail: Record<string, unknown>;
}

/** What was set for registries by the API and at the command line. */
export interface PolicyStore {
  /** As it was set, or null. */
  read(registryId: number): Promise<string | null>;
  /** Raises the policy revision and writes the event `registry.policy`. Fault `registry_not_found`. */
  set(command: SetPolicy): Promise<void>;
}
