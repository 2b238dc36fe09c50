import type { NewEvent } from '../../../ledger/index.ts';
import type { Session } from '../capabilities.ts';

/** Where a change of an account happens. */
export const nowhere = { registry: null, package: null, version: null };

/** Writes an event beside the change that it tells of. */
export async function recordEvent({ db }: Session, event: NewEvent): Promise<void> {
  await db.insertInto('events').values(rowOf(event)).execute();
}

/** An event as it is kept, before it has its place in the chain. */
export function rowOf({ actor, detail, result = 'done', ...event }: NewEvent) {
  return {
    seq: null,
    hash: null,
    type: event.type,
    at: event.at,
    actor_id: actor.userId,
    actor_name: actor.name,
    via: actor.via,
    address: actor.address,
    result,
    registry: event.registry,
    package: event.package,
    version: event.version,
    detail: JSON.stringify(detail),
  };
}
