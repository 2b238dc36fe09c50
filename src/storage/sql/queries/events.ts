import type { Kysely, Selectable } from 'kysely';
import { FROM_BEFORE, type Actor, type NewEvent, type SealedEvent } from '../../../ledger/index.ts';
import type { Schema } from '../schema/index.ts';

type EventRow = Selectable<Schema['events']>;

export function eventFrom(row: EventRow): NewEvent {
  return {
    type: row.type,
    at: row.at,
    ...(row.result === 'refused' && { result: row.result }),
    actor: actorFrom(row),
    registry: row.registry,
    package: row.package,
    version: row.version,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  };
}

/** The columns that an old row does not have are not looked at: its hash does not vouch for them. */
function actorFrom({ actor_id: userId, actor_name: name, via, address }: EventRow): Actor {
  return via === null
    ? { userId, name: null, via: FROM_BEFORE, address: null }
    : { userId, name, via, address };
}

export async function sealedEvents(
  db: Kysely<Schema>,
  afterSeq: number,
  limit: number,
): Promise<SealedEvent[]> {
  const rows = await db
    .selectFrom('events')
    .selectAll()
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(sealedFrom);
}

export function sealedFrom(row: EventRow): SealedEvent {
  return Object.assign(eventFrom(row), { seq: row.seq ?? 0, hash: row.hash ?? '' });
}

export async function countUnsealed(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('events')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('seq', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}
