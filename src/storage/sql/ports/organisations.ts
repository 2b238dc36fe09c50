import type { Kysely } from 'kysely';
import type { OrganisationStore } from '../../../accounts/index.ts';
import type { Writer } from '../commands/index.ts';
import * as organisations from '../queries/organisations.ts';
import type { Schema } from '../schema/index.ts';

export function organisationStoreOn(db: Kysely<Schema>, writer: Writer): OrganisationStore {
  return {
    create: (command) => writer.run('createOrganisation', command),
    find: (name, userId) => organisations.findOrganisation(db, name, userId),
    of: (userId) => organisations.organisationsOf(db, userId),
    members: (organisationId, page) => organisations.readMembers(db, organisationId, page),
    countMembers: (organisationId) => organisations.countMembers(db, organisationId),
    setMember: (command) => writer.run('setMember', command),
    removeMember: (command) => writer.run('removeMember', command),
    invite: (command) => writer.run('invite', command),
    invitations: (organisationId, now) => organisations.readInvitations(db, { organisationId }, now),
    invitationsTo: (userId, now) => organisations.readInvitations(db, { userId }, now),
    answerInvitation: (answer) => writer.run('answerInvitation', answer),
    withdrawInvitation: (command) => writer.run('withdrawInvitation', command),
    createTeam: (command) => writer.run('createTeam', command),
    removeTeam: (command) => writer.run('removeTeam', command),
    teams: (organisationId) => organisations.readTeams(db, organisationId),
    findTeam: (organisationId, name) => organisations.findTeam(db, organisationId, name),
    teamMembers: (teamId) => organisations.readTeamMembers(db, teamId),
    setTeamMember: (command) => writer.run('setTeamMember', command),
  };
}
