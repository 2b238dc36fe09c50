export { type Invitations } from './invitations.ts';
export { noInvitation } from './no-invitation.ts';
export {
  checkOrganisationName,
  checkTeamName,
  isOrganisationName,
  isTeamName,
  lookalikeOf,
} from './names.ts';
export { atLeast, mayAssign, organisationRoles, type OrganisationRole } from './roles.ts';
export { createOrganisations, type Organisations, type SeenOrganisation } from './service.ts';
export type * from './store.ts';
export type { Teams } from './teams.ts';
