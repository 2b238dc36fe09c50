import type { Kysely } from 'kysely';
import type { AccountStore } from '../../../accounts/index.ts';
import type { Writer } from '../commands/index.ts';
import * as accounts from '../queries/accounts.ts';
import * as tokens from '../queries/tokens.ts';
import * as webLogins from '../queries/web-logins.ts';
import type { Schema } from '../schema/index.ts';

export function accountStoreOn(db: Kysely<Schema>, writer: Writer): AccountStore {
  return {
    createUser: (user) => writer.run('createUser', user),
    userByName: (name) => accounts.userByName(db, name),
    userById: (userId) => accounts.userById(db, userId),
    administrators: () => accounts.listAdministrators(db),
    countUsers: () => accounts.countUsers(db),
    createToken: (token) => writer.run('createToken', token),
    tokenByHash: (hash) => tokens.tokenByHash(db, hash),
    tokensOf: (query) => tokens.tokensOf(db, query),
    recordTokenUses: (uses) => writer.run('recordTokenUses', uses),
    revokeToken: (revocation) => writer.run('revokeToken', revocation),
    changePassword: (change) => writer.run('changePassword', change),
    profileOf: (userId) => accounts.profileOf(db, userId),
    updateProfile: (update) => writer.run('updateProfile', update),
    startWebLogin: (login) => writer.run('startWebLogin', login),
    openWebLogin: (pageHash, now) => webLogins.openWebLogin(db, pageHash, now),
    approveWebLogin: (approval) => writer.run('approveWebLogin', approval),
    webLoginState: (doneHash, now) => webLogins.webLoginState(db, doneHash, now),
    redeemWebLogin: (redemption) => writer.run('redeemWebLogin', redemption),
  };
}
