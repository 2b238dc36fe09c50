import { Fault } from '../../../kernel/index.ts';
import type { Actor } from '../../../ledger/index.ts';
import type { RegistryRow } from '../../../registry/index.ts';
import type { Session } from '../capabilities.ts';
import { recordEvent } from './record.ts';

export interface CreateRegistry {
  name: string;
  format: string;
  at: number;
  by: Actor;
}

export async function createRegistry(
  session: Session,
  { name, format, at, by }: CreateRegistry,
): Promise<RegistryRow> {
  const row = await session.db
    .insertInto('registries')
    .values({ name, format, created_at: at })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw new Fault('registry_exists', `There is a registry called ${name} already.`);
  await recordEvent(session, {
    type: 'registry.create',
    at,
    actor: by,
    registry: name,
    package: null,
    version: null,
    detail: { format },
  });
  return {
    id: row.id,
    name,
    format,
    visibility: 'public',
    publish: 'anyone',
    organisation: null,
    createdAt: at,
  };
}
