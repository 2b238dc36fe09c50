import type { OrganisationRole } from '../accounts/index.ts';

/** Who may see a registry or a package: everybody, any user, or its members. */
export type Visibility = 'public' | 'internal' | 'private';

/** Who may publish under names that are new to a registry: any user that sees it, its members, or administrators. */
export type PublishSetting = 'anyone' | 'members' | 'admins';

/** How somebody stands to a name in a registry: all facts that a decision on it is made of. */
export interface Standing {
  registry: {
    visibility: Visibility;
    publish: PublishSetting;
    /** Their role in the registry, or in the organisation that it belongs to, whichever is higher. */
    role: OrganisationRole | null;
  };
  /** Null if there is no package of this name, not even one that was removed. */
  package: {
    origin: 'local' | 'upstream';
    visibility: Visibility;
    removed: boolean;
    /** Do its owners want versions from trusted publishers only? */
    trustedOnly: boolean;
    /** Are they one of its owners themselves? */
    owner: boolean;
    /** Name of the organisation that owns it; null too where nobody asks. */
    organisation: string | null;
    /** Their role in the organisation that owns it. */
    role: OrganisationRole | null;
    /** The most that a team of theirs was granted. */
    team: 'read' | 'write' | null;
  } | null;
  /** The organisation that owns the name's scope, and their role in it. */
  scope: { organisation: string; role: OrganisationRole | null } | null;
}

/** The scope of a name, without `@`; null for a name without one. */
export function scopeOf(name: string): string | null {
  return /^@([^/]+)\//.exec(name)?.[1] ?? null;
}
