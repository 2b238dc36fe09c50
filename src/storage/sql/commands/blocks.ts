import { Fault } from '../../../kernel/light/index.ts';
import type { AddBlockCommand, BlockRow, Blocks } from '../../../registry/index.ts';
import type { Session } from '../capabilities.ts';
import { findBlock } from '../queries/blocks.ts';
import { recordEvent } from './record.ts';
import { raisePolicy } from './registries.ts';

export async function addBlock(session: Session, command: AddBlockCommand): Promise<BlockRow> {
  const { db } = session;
  const { registryId, pattern, range, reason, advisory, event } = command;
  const { id } = await db
    .insertInto('blocks')
    .values({
      registry_id: registryId,
      pattern,
      wide: pattern.endsWith('*') ? 1 : 0,
      version_range: range,
      reason,
      advisory,
      created_by: event.actor.name,
      created_at: event.at,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await raisePolicy(session, registryId);
  await recordEvent(session, { ...event, detail: { block: id, range, reason, advisory } });
  return known(session, id);
}

export async function removeBlock(
  session: Session,
  { id, by, at }: Parameters<Blocks['remove']>[0],
): Promise<BlockRow> {
  const { db } = session;
  const row = await known(session, id);
  const gone = await db.deleteFrom('blocks').where('id', '=', id).returning('registry_id').executeTakeFirst();
  if (gone === undefined) throw noBlock(id);
  await raisePolicy(session, gone.registry_id);
  const { registry, pattern, range, reason, advisory } = row;
  await recordEvent(session, {
    type: 'gate.unblock',
    at,
    actor: by,
    registry,
    package: pattern,
    version: null,
    detail: { block: id, range, reason, advisory },
  });
  return row;
}

async function known({ db }: Session, id: number): Promise<BlockRow> {
  const row = await findBlock(db, id);
  if (row) return row;
  throw noBlock(id);
}

function noBlock(id: number): Fault {
  return new Fault('not_found', `There is no block ${id} (any more).`);
}
