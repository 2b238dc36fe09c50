import type { NewEvent } from '../../ledger/index.ts';
import type { TrustPermission, TrustRule } from './rule.ts';

/** A rule with the package that it lets publish. */
export interface TrustedPublisher extends TrustRule {
  /** UUID. */
  id: string;
  packageId: number;
  registryId: number;
  registry: string;
  packageName: string;
  /** What its first publish was known by; see `lastingId`. Null: there was none. */
  lastingId: string | null;
  createdAt: number;
  /** Name of the user who made it; null for the operator at the command line. */
  createdBy: string | null;
}

/** A rule by which an identity token may be exchanged. */
export interface ExchangeRule extends TrustedPublisher {
  /** May everybody know that the package is there? */
  isPublic: boolean;
}

/** One package that a machine may publish, and the rule that lets it. */
export interface MachineGrant {
  trustId: string;
  type: TrustRule['type'];
  registryId: number;
  packageName: string;
  permissions: TrustPermission[];
}

/** What a machine's token says about its bearer. */
export interface MachineIdentity {
  tokenId: number;
  /** For people, such as `GitHub Actions, acme/demo`. */
  label: string;
  /** The claims that say which job it was; for the record. */
  claims: Record<string, string>;
  /** Of rules that are still there. */
  grants: MachineGrant[];
}

export interface NewMachineToken {
  /** SHA-256 hex of the token. */
  hash: string;
  /** Rules that the identity token met. */
  trust: { id: string; lastingId: string | null }[];
  label: string;
  claims: Record<string, string>;
  /** SHA-256 hex that names the identity token and the package, or null for one that cannot be told from others. */
  seen: string | null;
  /** From then on the identity token is refused by its age. */
  seenUntil: number;
  at: number;
  expiresAt: number;
  /** One for each rule. */
  events: NewEvent[];
}

/** Trusted publishers and their short-lived tokens at rest. */
export interface MachineStore {
  /** Rules of the packages of this name that are here, in all registries or in one. */
  trustIn(packageName: string, registryId: number | null): Promise<ExchangeRule[]>;
  /**
   * Stores the token and notes the identity token as used, in one commit with its events. `replayed`: it was used before.
   * `changed`: a rule is gone, or belongs to another project, since the caller read it. Removes what has expired.
   */
  issueMachineToken(token: NewMachineToken): Promise<'issued' | 'replayed' | 'changed'>;
  /** The machine behind a token that has not expired and of which at least one rule is left. */
  machineByToken(hash: string, now: number): Promise<MachineIdentity | undefined>;
}
