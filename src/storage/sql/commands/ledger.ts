import { sql } from 'kysely';
import { chainHash } from '../../../ledger/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { eventFrom } from '../queries/events.ts';

/**
 * Seals the oldest unsealed events. On PostgreSQL an event with a lower id may commit after one with a higher: it is
 * sealed when it shows, and readers follow `seq`, so none is lost.
 */
export async function seal(session: Session, limit: number): Promise<number> {
  const { db } = session;
  const head = await lockRows(
    session,
    db.selectFrom('event_chain').select(['seq', 'hash']).where('id', '=', 1),
  ).executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('events')
    .selectAll()
    .where('seq', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  if (rows.length === 0) return 0;
  let { seq, hash } = head;
  const places = rows.map((row) => {
    seq += 1;
    hash = chainHash(hash, seq, eventFrom(row), row.detail);
    return sql`(cast(${row.id} as bigint), cast(${seq} as bigint), cast(${hash} as text))`;
  });
  await sql`update events set seq = place.column2, hash = place.column3
    from (values ${sql.join(places)}) as place where events.id = place.column1`.execute(db);
  await db.updateTable('event_chain').set({ seq, hash }).where('id', '=', 1).execute();
  return rows.length;
}

export interface AcquireLease {
  name: string;
  holder: string;
  now: number;
  ttl: number;
}

export async function acquireLease(
  { db }: Session,
  { name, holder, now, ttl }: AcquireLease,
): Promise<boolean> {
  const row = await db
    .insertInto('leases')
    .values({ name, holder, expires_at: now + ttl })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ holder, expires_at: now + ttl })
        .where((eb) => eb.or([eb('leases.holder', '=', holder), eb('leases.expires_at', '<=', now)])),
    )
    .returning('name')
    .executeTakeFirst();
  return row !== undefined;
}

export async function releaseLease(
  { db }: Session,
  { name, holder }: { name: string; holder: string },
): Promise<void> {
  await db.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute();
}
