import type { Kysely } from 'kysely';
import type { PolicyStore } from '../../../registry/index.ts';
import type { Writer } from '../commands/index.ts';
import { readPolicyBody } from '../queries/registry-policies.ts';
import type { Schema } from '../schema/index.ts';

export function policyStoreOn(db: Kysely<Schema>, writer: Writer): PolicyStore {
  return {
    read: (registryId) => readPolicyBody(db, registryId),
    set: (command) => writer.run('setRegistryPolicy', command),
  };
}
