import type { Kysely, Selectable } from 'kysely';
import type { NewEvent, SealedEvent } from '../../../ledger/index.ts';
import type { Schema } from '../schema/index.ts';

type EventRow = Selectable<Schema['events']>;

export function eventFrom(row: EventRow): NewEvent {
  return {
    type: row.type,
    at: row.at,
    actorId: row.actor_id,
    registry: row.registry,
    package: row.package,
    version: row.version,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  };
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
  return rows.map((row) => Object.assign(eventFrom(row), { seq: row.seq ?? 0, hash: row.hash ?? '' }));
}

export async function countUnsealed(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('events')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('seq', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}
