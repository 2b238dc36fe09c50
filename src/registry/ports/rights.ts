import type { Standing } from '../../policy/index.ts';
import type { OrganisationRole } from '../../accounts/index.ts';
import type { PackageRow, RegistryRow } from './rows.ts';

/** A name in a registry, and how somebody stands to it. */
export interface Sight extends Standing {
  head: PackageRow | undefined;
  /** Raised by every change of what the registry lets in: see `RegistryPolicy`. */
  policyRevision: number;
}

/** A registry as it is now, and somebody's role in it. */
export interface SeenRegistry {
  row: RegistryRow;
  role: OrganisationRole | null;
}

/** What decisions on packages are made of, read anew for each of them: a change of a role or a team counts at once. */
export interface Rights {
  /**
   * One query, whose cost does not depend on the number of members. `userId` null: nobody, whose roles are not looked for.
   * Undefined if there is no such registry (any more).
   */
  of(registryId: number, name: string, userId: number | null): Promise<Sight | undefined>;
  /** A registry by name with the user's role in it, in one query that is the same for one that does not exist. */
  registry(name: string, userId: number | null): Promise<SeenRegistry | undefined>;
}
