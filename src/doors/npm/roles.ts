import type { OrganisationRole } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';

/** npm's words for roles. It knows none below `developer`, so that readers show as that too. */
const words: Record<OrganisationRole, string> = {
  reader: 'developer',
  publisher: 'developer',
  maintainer: 'admin',
  owner: 'owner',
};

export function npmRole(role: OrganisationRole): string {
  return words[role];
}

/** Our own words are taken too. Fault `bad_request` for a word that is no role. */
export function readRole(role: unknown): OrganisationRole {
  switch (role) {
    case undefined:
    case null:
    case 'developer':
    case 'publisher':
      return 'publisher';
    case 'admin':
    case 'maintainer':
      return 'maintainer';
    case 'owner':
    case 'reader':
      return role;
    default:
      throw new Fault(
        'bad_request',
        'The role must be developer, admin or owner (or reader, publisher, maintainer).',
      );
  }
}
