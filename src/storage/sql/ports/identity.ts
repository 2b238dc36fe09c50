import type { Kysely } from 'kysely';
import type { LinkStore, SessionStore, UserStore } from '../../../accounts/index.ts';
import type { Writer } from '../commands/index.ts';
import { findLink, openInvitations } from '../queries/secret-links.ts';
import { findSession, sessionsOf } from '../queries/sessions.ts';
import { findUser, listUsers, userByEmail } from '../queries/users.ts';
import type { Schema } from '../schema/index.ts';

export function userStoreOn(db: Kysely<Schema>, writer: Writer): UserStore {
  return {
    list: (query) => listUsers(db, query),
    find: (name) => findUser(db, name),
    byEmail: (email) => userByEmail(db, email),
    setRole: (change) => writer.run('setRole', change),
    disable: (change) => writer.run('disableUser', change),
    enable: (change) => writer.run('enableUser', change),
    remove: (change) => writer.run('removeUser', change),
  };
}

export function sessionStoreOn(db: Kysely<Schema>, writer: Writer): SessionStore {
  return {
    start: (session) => writer.run('startSession', session),
    find: (sidHash) => findSession(db, sidHash),
    of: (userId, now) => sessionsOf(db, userId, now),
    end: (session) => writer.run('endSession', session),
    retireSecret: (secret) => writer.run('retireSecret', secret),
  };
}

export function linkStoreOn(db: Kysely<Schema>, writer: Writer): LinkStore {
  return {
    create: (link) => writer.run('createLink', link),
    find: (query) => findLink(db, query),
    invitations: (now) => openInvitations(db, now),
    revokeInvitation: (invitation) => writer.run('revokeInvitation', invitation),
    registerInvited: (invitation) => writer.run('registerInvited', invitation),
    resetPassword: (reset) => writer.run('resetPassword', reset),
    verifyEmail: (verification) => writer.run('verifyEmail', verification),
  };
}
