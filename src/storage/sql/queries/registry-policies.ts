import type { Kysely } from 'kysely';
import type { Schema } from '../schema/index.ts';

export async function readPolicyBody(db: Kysely<Schema>, registryId: number): Promise<string | null> {
  const row = await db
    .selectFrom('registry_policies')
    .select('body')
    .where('registry_id', '=', registryId)
    .executeTakeFirst();
  return row?.body ?? null;
}
