import type { AccountCommand } from '../../accounts/index.ts';
import type { Actor } from '../../ledger/index.ts';
import type { NewOwner } from './access.ts';
import type { Origin, RegistryRow } from './rows.ts';

/** A name or pattern (see `matchesName`) that an administrator declared ours: no upstream is asked for what it covers. */
export interface NameClaim {
  pattern: string;
  reason: string | null;
  /** Who claimed it, as the record has them: see `Actor`. */
  by: Pick<Actor, 'name' | 'via'>;
  at: number;
}

/** For administrators; others get Fault `forbidden`. */
export interface ClaimCommand extends AccountCommand {
  registryId: number;
  pattern: string;
  reason: string | null;
  /** Who is to publish the name first; null: whoever may publish new names. Not for patterns. */
  owner: NewOwner | null;
}

export interface ReleaseCommand extends AccountCommand {
  registryId: number;
  pattern: string;
}

export interface ClaimResult {
  /** Versions of the upstream that were stored here under this very name, and are gone now. */
  versionsTaken: number;
}

/** What is here under a name. */
export interface NameFacts {
  origin: Origin;
  /** Since when it is that, milliseconds. */
  since: number;
  /** Who published the first version of our own; null for a machine, and for a name of an upstream. */
  firstPublisher: string | null;
  /** Versions that are here. */
  versions: number;
  /** True for a name that waits for its first version: see `ClaimCommand`. */
  awaits: boolean;
}

/** Which names are ours before anything was published under them. Every change raises the registry's policy revision. */
export interface Origins {
  /** Of a registry, by pattern. */
  claims(registryId: number): Promise<NameClaim[]>;
  /**
   * Adds a claim. A claim of one name takes it over: what is stored of the upstream's package goes, its numbers stay taken. What a
   * pattern covers is hidden, and goes when something is published in its place. Faults `conflict` if it is claimed already, or has
   * an owner who would lose it. Writes the event `registry.claim`.
   */
  claim(command: ClaimCommand): Promise<ClaimResult>;
  /**
   * Takes a claim back: a name under which nothing was published here may be the upstream's again. Fault `not_found`. Writes the
   * event `registry.release`.
   */
  release(command: ReleaseCommand): Promise<void>;
  /** What is here under a name, whoever may see it; undefined for nothing. */
  facts(registryId: number, name: string): Promise<NameFacts | undefined>;
  /** Which of these names are owned in any of these registries, removed packages included. */
  ownAmong(registryIds: number[], names: string[]): Promise<Set<string>>;
  /** All registries of a format, hidden ones too. */
  ofFormat(format: string): Promise<{ registry: RegistryRow; policyRevision: number }[]>;
}
