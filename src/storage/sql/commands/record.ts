import type { NewEvent } from '../../../ledger/index.ts';
import type { Session } from '../capabilities.ts';

/** Where a change of an account happens. */
export const nowhere = { registry: null, package: null, version: null };

/** Writes an event beside the change that it tells of. */
export async function recordEvent({ db }: Session, event: NewEvent): Promise<void> {
  await db
    .insertInto('events')
    .values({
      seq: null,
      hash: null,
      type: event.type,
      at: event.at,
      actor_id: event.actor.userId,
      actor_name: event.actor.name,
      via: event.actor.via,
      address: event.actor.address,
      result: event.result ?? 'done',
      registry: event.registry,
      package: event.package,
      version: event.version,
      detail: JSON.stringify(event.detail),
    })
    .execute();
}
