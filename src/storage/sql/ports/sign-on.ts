import type { Kysely } from 'kysely';
import type { SignOnStore } from '../../../accounts/index.ts';
import type { Writer } from '../commands/index.ts';
import { userOfIdentity } from '../queries/sign-on.ts';
import type { Schema } from '../schema/index.ts';

export function signOnStoreOn(db: Kysely<Schema>, writer: Writer): SignOnStore {
  return {
    startSignOn: (signOn) => writer.run('startSignOn', signOn),
    takeSignOn: (claim) => writer.run('takeSignOn', claim),
    userOf: (identity) => userOfIdentity(db, identity),
    linkIdentity: (link) => writer.run('linkIdentity', link),
    provisionUser: (provision) => writer.run('provisionUser', provision),
  };
}
