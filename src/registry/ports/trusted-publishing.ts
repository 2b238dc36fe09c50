import type { TrustRule, TrustedPublisher } from '../../accounts/index.ts';
import type { PackageCommand } from './commands.ts';

export interface AddTrustCommand extends PackageCommand {
  /** UUID. */
  id: string;
  rule: TrustRule;
  /** How many rules a package may have, this one included. */
  most: number;
}

export interface RemoveTrustCommand extends PackageCommand {
  id: string;
}

export interface TrustedOnlyCommand extends PackageCommand {
  trustedOnly: boolean;
}

/** Which machines a package trusts; changed by who may manage the package, and gone from tokens in the same moment. */
export interface TrustedPublishing {
  /** Oldest first. */
  of(packageId: number): Promise<TrustedPublisher[]>;
  /** Fault `trust_invalid` if the package has too many. */
  add(command: AddTrustCommand): Promise<void>;
  /** Fault `not_found` if the package has no such rule. */
  remove(command: RemoveTrustCommand): Promise<void>;
  setTrustedOnly(command: TrustedOnlyCommand): Promise<void>;
}
