import type { AccountCommand } from '../../accounts/index.ts';
import type { PackageCommand } from './commands.ts';
import type { SearchQuery } from './search.ts';

export type AccessLevel = 'read' | 'write';

/** Grants a team access to a package, or takes it back with null. */
export interface GrantCommand extends PackageCommand {
  teamId: number;
  access: AccessLevel | null;
}

/** Whom a package is to go to. */
export type NewOwner = { userId: number } | { organisationId: number };

export interface OfferCommand extends PackageCommand {
  to: NewOwner;
  expiresAt: number;
}

/** An answer to an offer; who may give it is read in the transaction. */
export interface TransferAnswer extends AccountCommand {
  registryId: number;
  name: string;
  accept: boolean;
}

/** A package that its owners want to hand over. */
export interface Transfer {
  registry: string;
  name: string;
  to: { kind: 'user' | 'organisation'; name: string };
  /** Name of who offers it; null for the operator. */
  offeredBy: string | null;
  createdAt: number;
  expiresAt: number;
}

export interface TeamGrant {
  organisation: string;
  team: string;
  access: AccessLevel;
}

/** Who has packages, besides what `Rights` answers for one user and one name. Names lead to what they may do. */
export interface PackageAccess {
  /** Fault `team_not_found`, and those of every change of a package. */
  grant(command: GrantCommand): Promise<{ revision: number }>;
  grantsOn(packageId: number): Promise<TeamGrant[]>;
  /** Users who may read or write a package in their own right, through the organisation or a team; not for which registry role. */
  collaborators(packageId: number): Promise<Record<string, AccessLevel>>;
  /** Packages of a registry that somebody has and the reader may see. */
  packagesOf(query: {
    registryId: number;
    of: NewOwner | { teamId: number };
    readerId: SearchQuery['readerId'];
  }): Promise<Record<string, AccessLevel>>;

  /** Replaces an offer of before. */
  offer(command: OfferCommand): Promise<void>;
  /** Open offers that a user may answer: to them, or to organisations that they may publish for. */
  offersTo(userId: number, now: number): Promise<Transfer[]>;
  /**
   * Ends an offer. Accepted, the package is the new owner's alone. Fault `not_found` without an open offer that this user may answer,
   * `not_owner` if who offered it may no longer give it away.
   */
  answerOffer(answer: TransferAnswer): Promise<void>;
}
