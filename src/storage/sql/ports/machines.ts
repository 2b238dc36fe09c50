import type { Kysely } from 'kysely';
import type { MachineStore } from '../../../accounts/index.ts';
import type { TrustedPublishing } from '../../../registry/index.ts';
import type { Writer } from '../commands/index.ts';
import { machineByToken, trustIn, trustOf } from '../queries/machines.ts';
import type { Schema } from '../schema/index.ts';

export function machinesOn(db: Kysely<Schema>, writer: Writer): MachineStore {
  return {
    trustIn: (packageName, registryId) => trustIn(db, packageName, registryId),
    issueMachineToken: (token) => writer.run('issueMachineToken', token),
    machineByToken: (hash, now) => machineByToken(db, hash, now),
  };
}

export function trustedPublishingOn(db: Kysely<Schema>, writer: Writer): TrustedPublishing {
  return {
    of: (packageId) => trustOf(db, packageId),
    add: (command) => writer.run('addTrust', command),
    remove: (command) => writer.run('removeTrust', command),
    setTrustedOnly: (command) => writer.run('setTrustedOnly', command),
  };
}
