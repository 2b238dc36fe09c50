import { Fault } from '../../../kernel/light/index.ts';
import type { SetPolicy } from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { readPolicyBody } from '../queries/registry-policies.ts';
import { recordEvent } from './record.ts';
import { raisePolicy } from './registries.ts';

export async function setRegistryPolicy(session: Session, command: SetPolicy): Promise<void> {
  const { db } = session;
  const { registryId, body, expected, by, at, detail } = command;
  const registry = await lockRows(
    session,
    db.selectFrom('registries').select('name').where('id', '=', registryId),
  ).executeTakeFirst();
  if (registry === undefined) throw new Fault('registry_not_found', 'There is no such registry (any more).');
  if ((await readPolicyBody(db, registryId)) !== expected) {
    throw new Fault('conflict', 'Somebody else changed what this registry lets in meanwhile: try again.');
  }
  if (body === null) {
    await db.deleteFrom('registry_policies').where('registry_id', '=', registryId).execute();
  } else {
    await db
      .insertInto('registry_policies')
      .values({ registry_id: registryId, body, updated_at: at })
      .onConflict((conflict) => conflict.column('registry_id').doUpdateSet({ body, updated_at: at }))
      .execute();
  }
  await raisePolicy(session, registryId);
  await recordEvent(session, {
    type: 'registry.policy',
    at,
    actor: by,
    registry: registry.name,
    package: null,
    version: null,
    detail,
  });
}
