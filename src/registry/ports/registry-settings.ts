import type { AccountCommand, OrganisationRole } from '../../accounts/index.ts';
import type { PublishSetting, RegistryRow, Visibility } from './rows.ts';

/** What a registry is to everybody; what is not named stays. */
export interface RegistryChange {
  visibility?: Visibility;
  publish?: PublishSetting;
  /** The organisation whose members have their roles in the registry too, or null for none. */
  organisationId?: number | null;
}

export interface RegistryMember {
  name: string;
  role: OrganisationRole;
  since: number;
}

/** Who may see registries and publish in them. Administrators and owners of a registry may change it; others are Fault `forbidden`. */
export interface RegistrySettings {
  /** Fault `registry_not_found`. Writes the event `registry.change`. */
  change(command: AccountCommand & { registryId: number; change: RegistryChange }): Promise<RegistryRow>;
  /** By name. */
  members(registryId: number): Promise<RegistryMember[]>;
  /** Role null takes the member out. Writes the event `registry.member`. */
  setMember(
    command: AccountCommand & { registryId: number; userId: number; role: OrganisationRole | null },
  ): Promise<void>;
}
