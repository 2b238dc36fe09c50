import type { Standing } from '../../policy/index.ts';
import type { PackageRow } from './rows.ts';

/** A name in a registry, and how somebody stands to it. */
export interface Sight extends Standing {
  head: PackageRow | undefined;
}

/** What decisions on packages are made of, read anew for each of them: a change of a role or a team counts at once. */
export interface Rights {
  /**
   * One query, whose cost does not depend on the number of members. `userId` null: nobody, whose roles are not looked for.
   * Undefined if there is no such registry (any more).
   */
  of(registryId: number, name: string, userId: number | null): Promise<Sight | undefined>;
}
