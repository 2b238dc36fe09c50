export {
  checkOrganisationName,
  checkTeamName,
  isOrganisationName,
  isTeamName,
  lookalikeOf,
} from './names.ts';
export { atLeast, organisationRoles, type OrganisationRole } from './roles.ts';
