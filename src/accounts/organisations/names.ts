import { Fault } from '../../kernel/light/index.ts';

/** As a user's name, in lower case: it is an npm scope too. */
const ORGANISATION_NAME = /^[a-z0-9][a-z0-9._-]{1,63}$/;
const TEAM_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** True for what can be an organisation's name. ASCII only, so that none is written with letters of another alphabet. */
export function isOrganisationName(name: string): boolean {
  return ORGANISATION_NAME.test(name);
}

/** Fault `name_invalid` unless `name` can be an organisation's. */
export function checkOrganisationName(name: string): void {
  if (isOrganisationName(name)) return;
  throw new Fault(
    'name_invalid',
    'This organisation name is not accepted: it must have 2 to 64 characters from a-z, 0-9, ".", "_" and "-", and begin with a letter or a digit.',
  );
}

/** True for what can be a team's name. */
export function isTeamName(name: string): boolean {
  return TEAM_NAME.test(name);
}

/** Fault `name_invalid` unless `name` can be a team's. */
export function checkTeamName(name: string): void {
  if (isTeamName(name)) return;
  throw new Fault(
    'name_invalid',
    'This team name is not accepted: it must have 1 to 64 characters from a-z, 0-9, ".", "_" and "-", and begin with a letter or a digit.',
  );
}

/** Equal for names that people take for one another: `acme-corp`, `acme_corp`, `Acme.Corp`. */
export function lookalikeOf(name: string): string {
  return name.toLowerCase().replace(/[_.]/g, '-');
}
